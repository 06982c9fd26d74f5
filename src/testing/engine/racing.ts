import { expect } from "../vitest.ts";
import type { Json } from "../../domain/json.ts";
import type { Flow } from "../../engine/port.ts";
import { stopFirst } from "./recording.ts";
import { type EnginePromises, Gate, notJson, until, untilAborted } from "./test-bed.ts";

type Branch = (flow: Flow) => Promise<Json>;

const says =
  (name: string): Branch =>
  (flow) =>
    flow.step(name, async () => name);

const fails =
  (name: string): Branch =>
  (flow) =>
    flow.step(name, async () => {
      throw new Error(name);
    });

const hangs =
  (reasons: unknown[] = []): Branch =>
  (flow) =>
    flow.step("hang", ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return untilAborted(signal);
    });

export const racingPromises: EnginePromises = {
  "ENGINE-68 a race ends with the first branch that succeeds, whatever failed before": async (bed) => {
    const race = bed.workflow("race", async (flow) => flow.race([fails("a"), hangs(), says("c")]));
    bed.work();
    expect(await bed.finish(race("a"))).toEqual({ index: 2, value: "c" });
  },
  "ENGINE-69 steps of branches that lost see why they are aborted, and are waited for": async (bed) => {
    const reasons: unknown[] = [];
    const race = bed.workflow("race", async (flow) => {
      await flow.race([hangs(reasons), says("b"), (branch) => branch.all([hangs(reasons), hangs(reasons)])]);
      return flow.step("after", async () => reasons.length);
    });
    bed.work();
    expect(await bed.finish(race("a"))).toBe(3);
    const lost = { code: "ENGINE_RACE_LOST", context: { winner: 1 } };
    expect(reasons).toMatchObject([lost, lost, lost]);
  },
  "ENGINE-70 sleeps, receives and children of branches that lost end": async (bed) => {
    const child = bed.workflow("child", async (flow) => flow.receive("never").then(() => null));
    const begun = new Gate();
    const race = bed.workflow("race", async (flow) =>
      flow.race<Json>([
        async (branch) => (await branch.sleep(3_600_000), "slept"),
        async (branch) => (await branch.receive("never")) ?? null,
        async (branch) => branch.call({ key: "child", workflow: "child", input: null }),
        async (branch) => (await branch.receive("go"), "won"),
        async (branch) => branch.race([(twig) => twig.sleep(3_600_000).then(() => "slept"), hangs()]),
        async (branch) => branch.step("begin", async ({ signal }) => (begun.open(), untilAborted(signal))),
      ]),
    );
    bed.work();
    const runId = await bed.start(race("a"));
    await begun.opened;
    await bed.untilStatus(child("a/child").runId, "waiting");
    await bed.engine.signal(runId, { name: "go", key: "1", payload: null });
    expect(await bed.engine.result(runId)).toEqual({ index: 3, value: "won" });
    expect(await bed.engine.find(child("a/child").runId)).toMatchObject({ status: "cancelled" });
  },
  "ENGINE-71 a race whose branches only wait holds no worker": async (bed) => {
    const race = bed.workflow("race", async (flow) =>
      flow.race<Json>([
        async (branch) => (await branch.receive("answer")) ?? null,
        async (branch) => (await branch.sleep(3_600_000), "too late"),
      ]),
    );
    bed.work();
    const runId = await bed.start(race("a"));
    await bed.untilStatus(runId, "waiting");
    await bed.engine.signal(runId, { name: "answer", key: "1", payload: "heard" });
    expect(await bed.engine.result(runId)).toEqual({ index: 0, value: "heard" });
    expect(await bed.engine.find(runId)).toMatchObject({ claims: 2 });
  },
  "ENGINE-72 when all branches fail, the first failure in the order of the list is thrown": async (bed) => {
    const late: Branch = async (flow) => (await flow.sleep(30), fails("a")(flow));
    const race = bed.workflow("race", async (flow) => flow.race([late, fails("b")]));
    bed.work();
    await expect(bed.finish(race("a"))).rejects.toMatchObject({ message: "a" });
  },
  "ENGINE-73 a branch whose value isn't JSON fails, and a race without branches is refused": async (bed) => {
    const race = bed.workflow("race", async (flow) => flow.race([async () => notJson(), says("b")]));
    const none = bed.workflow("none", async (flow) => flow.race([]));
    bed.work();
    expect(await bed.finish(race("a"))).toEqual({ index: 1, value: "b" });
    await expect(bed.finish(none("b"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
  },
  "ENGINE-74 no branch is begun after the race was won": async (bed) => {
    let begun = 0;
    const counts: Branch = (flow) => flow.step("count", async () => ++begun);
    const race = bed.workflow("race", async (flow) => flow.race([fails("a"), counts, counts], { concurrency: 1 }));
    bed.work();
    expect(await bed.finish(race("a"))).toEqual({ index: 1, value: 1 });
    expect(begun).toBe(1);
  },
  "ENGINE-75 a race that is recorded gives back its value, or its failure, without running a branch": async (bed) => {
    const begun = new Gate();
    let branches = 0;
    const counted =
      (branch: Branch): Branch =>
      async (flow) => {
        branches++;
        return branch(flow);
      };
    const race = bed.workflow("race", async (flow) => {
      const won = await flow.race([counted(hangs()), counted(says("b"))]);
      const failed = await flow.race([counted(fails("a"))]).catch(String);
      await flow.step("next", ({ signal }) => stopFirst(flow, begun, signal));
      return [won, failed];
    });
    const worker = bed.work();
    const runId = await bed.start(race("a"));
    await begun.opened;
    await worker.stop({ drain: false });
    bed.work();
    expect(await bed.engine.result(runId)).toEqual([{ index: 1, value: "b" }, "TuttiError: a"]);
    expect(branches).toBe(3);
  },
  "ENGINE-76 a race that is cut short goes on with what its branches had recorded": async (bed) => {
    const begun = new Gate();
    const ran: string[] = [];
    const noted = (flow: Flow, name: string) => flow.step(name, async () => ran.push(name));
    const race = bed.workflow("race", async (flow) =>
      flow.race<Json>([
        async (branch) => (
          await noted(branch, "a"),
          branch.step("hang", ({ signal }) => stopFirst(flow, begun, signal))
        ),
        async (branch) => (await noted(branch, "b"), hangs()(branch)),
      ]),
    );
    const worker = bed.work();
    const runId = await bed.start(race("a"));
    await begun.opened;
    await worker.stop({ drain: false });
    bed.work();
    expect(await bed.engine.result(runId)).toEqual({ index: 0, value: "done" });
    expect(ran.toSorted()).toEqual(["a", "b"]);
  },
  "ENGINE-77 a body in which a branch catches its loss gets no further with it": async (bed) => {
    let ran = 0;
    const stubborn: Branch = async (flow) => {
      await flow.sleep(3_600_000).catch(() => null);
      return flow.step("more", async () => ++ran);
    };
    const race = bed.workflow("race", async (flow) => flow.race([stubborn, says("b")]));
    bed.work();
    expect(await bed.finish(race("a"))).toEqual({ index: 1, value: "b" });
    expect(ran).toBe(0);
  },
  "ENGINE-78 a race that is cancelled with its run ends as cancelled": async (bed) => {
    const reasons: unknown[] = [];
    const begun = new Gate();
    const race = bed.workflow("race", async (flow) =>
      flow.race<Json>([
        hangs(reasons),
        async (branch) => branch.step("begin", async ({ signal }) => (begun.open(), untilAborted(signal))),
      ]),
    );
    bed.work();
    const runId = await bed.start(race("a"));
    await begun.opened;
    await bed.engine.cancel(runId, "enough");
    await expect(bed.engine.result(runId)).rejects.toMatchObject({ code: "ENGINE_RUN_CANCELLED" });
    expect(reasons).toMatchObject([{ code: "ENGINE_RUN_CANCELLED" }]);
  },
  "ENGINE-79 another call in the place of a recorded race is noticed": async (bed) => {
    const begun = new Gate();
    const race = bed.workflow("race", async (flow) => {
      await (flow.token === 1 ? flow.race([says("a")]) : flow.all([says("a")]));
      return flow.step("next", ({ signal }) => stopFirst(flow, begun, signal));
    });
    const worker = bed.work();
    const runId = await bed.start(race("a"));
    await begun.opened;
    await worker.stop({ drain: false });
    bed.work();
    await expect(bed.engine.result(runId)).rejects.toMatchObject({ code: "ENGINE_WORKFLOW_CHANGED" });
  },
  "ENGINE-80 what a branch that lost had recorded before its race was cut short may stay unread": async (bed) => {
    const long: Branch = async (flow) => {
      for (let n = 0; n < 5; n += 1) await says(`step ${n}`)(flow);
      return hangs()(flow);
    };
    const race = bed.workflow("race", async (flow) =>
      flow.race<Json>([async () => (flow.token > 1 ? "first" : untilAborted(flow.signal)), long]),
    );
    const worker = bed.work();
    const runId = await bed.start(race("a"));
    await until(async () => (await bed.engine.history(runId)).filter(({ state }) => state === "done").length === 5);
    await worker.stop({ drain: false });
    bed.work();
    expect(await bed.engine.result(runId)).toEqual({ index: 0, value: "first" });
  },
};
