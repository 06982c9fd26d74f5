import { expect } from "../vitest.ts";
import { asRunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import { type EnginePromises, until } from "./test-bed.ts";

export const readingPromises: EnginePromises = {
  "ENGINE-81 the journal of a run can be read, in the order in which it was recorded": async (bed) => {
    bed.workflow("child", async (_flow, input) => input);
    const tells = bed.workflow("tells", async (flow) => {
      await flow.step("one", async () => ({ a: 1 }));
      await flow.all<Json>([(branch) => branch.step("two", async () => 2), (branch) => branch.random()]);
      await flow.step("fails", async () => Promise.reject(new Error("no"))).catch(() => null);
      await flow.race<Json>([(branch) => branch.step("three", async () => null), async () => 3]);
      await flow.receive("nothing", { timeoutMs: 1 });
      await flow.sleep(1);
      await flow.call({ key: "child", workflow: "child", input: "said" });
      return null;
    });
    bed.work();
    await bed.finish(tells("a"));
    const history = await bed.engine.history(asRunId("a"));
    const main = { scope: "main" };
    expect(history.filter(({ scope }) => scope === "main")).toEqual([
      { ...main, position: 0, kind: "step", name: "one", state: "done", value: { a: 1 } },
      {
        ...main,
        position: 2,
        kind: "step",
        name: "fails",
        state: "failed",
        error: expect.objectContaining({ message: "no" }),
      },
      { ...main, position: 3, kind: "race", name: "race", state: "done", value: { index: 1, value: 3 } },
      { ...main, position: 4, kind: "receive", name: "nothing", state: "done" },
      { ...main, position: 5, kind: "sleep", name: "sleep", state: "done" },
      { ...main, position: 6, kind: "call", name: "child", state: "done", value: "said" },
    ]);
    const branches = history.filter(({ scope }) => scope.startsWith("main.1."));
    expect(branches.map(({ scope, kind, name }) => `${scope} ${kind} ${name}`).toSorted()).toEqual([
      "main.1.0 step two",
      "main.1.1 random random",
    ]);
  },
  "ENGINE-82 what is asked for and not over yet is open, and a run that has done nothing has an empty journal": async (
    bed,
  ) => {
    const waits = bed.workflow("waits", async (flow) =>
      flow.all<Json>([
        async (branch) => (await branch.receive("never")) ?? null,
        async (branch) => branch.sleep(3_600_000).then(() => null),
        async (branch) => branch.call({ key: "child", workflow: "child", input: null }),
      ]),
    );
    bed.workflow("child", async (flow) => (await flow.receive("never")) ?? null);
    const runId = await bed.start(waits("a"));
    expect(await bed.engine.history(runId)).toEqual([]);
    bed.work();
    await until(async () => (await bed.engine.history(runId)).length === 3);
    const history = await bed.engine.history(runId);
    expect(history.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual([
      "call open",
      "receive open",
      "sleep open",
    ]);
    expect(history.filter(({ dueAt }) => dueAt !== undefined).map(({ kind }) => kind)).toEqual(["sleep"]);
    await expect(bed.engine.history(asRunId("unknown"))).rejects.toMatchObject({ code: "ENGINE_RUN_UNKNOWN" });
  },
};
