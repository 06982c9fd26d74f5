import { setTimeout as delay } from "node:timers/promises";
import { expect } from "../vitest.ts";
import { asRunId, type RunId } from "../../domain/ids.ts";
import { type EnginePromises, Gate, until, untilAborted, workflowOf } from "./test-bed.ts";

export const claimingPromises: EnginePromises = {
  "ENGINE-10 the larger priority runs first, and the older of equals": async (bed) => {
    const order: RunId[] = [];
    const note = bed.workflow("note", async (flow) => order.push(flow.runId));
    const wanted = { low: 1, old: 5, young: 5, urgent: 10, high: 8 };
    for (const [id, priority] of Object.entries(wanted)) await bed.start(note(id, { priority }));
    bed.work({ concurrency: 1 });
    await Promise.all(Object.keys(wanted).map((id) => bed.engine.result(asRunId(id))));
    expect(order).toEqual(["urgent", "high", "old", "young", "low"]);
  },
  "ENGINE-11 a worker serves its queues and no other": async (bed) => {
    const echo = bed.workflow("echo", async (_flow, input) => input);
    const ours = [await bed.start(echo("a", { queue: "one" })), await bed.start(echo("b", { queue: "two" }))];
    const other = await bed.start(echo("c", { queue: "three" }));
    bed.work({ queues: ["one", "two"] });
    await Promise.all(ours.map((runId) => bed.engine.result(runId)));
    expect((await bed.engine.find(other))?.status).toBe("queued");
  },
  "ENGINE-12 a run of a workflow that a worker doesn't know is left for one that does": async (bed) => {
    const second = await bed.second();
    const known = bed.workflow("known", async () => "known");
    const special = bed.workflow("special", async () => "special");
    second.register(workflowOf("known", async () => "known"));
    const specialRun = await bed.start(special("s", { priority: 10 }));
    const knownRun = await bed.start(known("k", { priority: 1 }));
    bed.work({}, second);
    expect(await bed.engine.result(knownRun)).toBe("known");
    expect((await bed.engine.find(specialRun))?.status).toBe("queued");
    bed.work();
    expect(await bed.engine.result(specialRun)).toBe("special");
  },
  "ENGINE-13 a worker that may not claim leaves the queue alone until it may": async (bed) => {
    const echo = bed.workflow("echo", async () => "done");
    let mayClaim = false;
    let asked = 0;
    bed.work({ mayClaim: () => (asked++, mayClaim) });
    const held = await bed.start(echo("a"));
    await until(() => asked > 0);
    expect((await bed.engine.find(held))?.status).toBe("queued");
    mayClaim = true;
    await bed.start(echo("b"));
    expect(await bed.engine.result(held)).toBe("done");
  },
  "ENGINE-14 a worker runs no more at once than its concurrency": async (bed) => {
    let now = 0;
    let most = 0;
    const busy = bed.workflow("busy", async (flow) =>
      flow.step("count", async () => {
        most = Math.max(most, ++now);
        await delay(3);
        now--;
        return null;
      }),
    );
    const requests = Array.from({ length: 20 }, (_, index) => busy(`r${index}`));
    await bed.engine.startAll(requests);
    bed.work({ concurrency: 3 });
    await Promise.all(requests.map(({ runId }) => bed.engine.result(runId)));
    expect(most).toBe(3);
  },
  "ENGINE-15 several workers never execute one run at the same time, and each run once": async (bed) => {
    const engines = [bed.engine, await bed.second(), await bed.second()];
    const open = new Set<string>();
    const effects: string[] = [];
    for (const engine of engines) {
      engine.register(
        workflowOf("once", async (flow) => {
          expect(open.has(flow.runId)).toBe(false);
          open.add(flow.runId);
          await flow.step("work", async () => effects.push(flow.runId));
          open.delete(flow.runId);
          return null;
        }),
      );
    }
    const ids = Array.from({ length: 120 }, (_, index) => asRunId(`r${index}`));
    for (const engine of engines) bed.work({ concurrency: 4 }, engine);
    await bed.engine.startAll(ids.map((runId) => ({ runId, workflow: "once", input: null, queue: "main" })));
    await Promise.all(ids.map((runId) => bed.engine.result(runId)));
    expect(effects.toSorted()).toEqual([...ids].toSorted());
  },
  "ENGINE-16 an idle worker notices what another process starts": async (bed) => {
    const second = await bed.second();
    second.register(workflowOf("echo", async () => "seen"));
    const echo = bed.workflow("echo", async () => "seen");
    bed.work({}, second);
    expect(await bed.finish(echo("a"))).toBe("seen");
    expect(await bed.finish(echo("b"))).toBe("seen");
  },
  "ENGINE-17 a draining worker ends its runs and claims no other": async (bed) => {
    const gate = new Gate();
    const begun = new Gate();
    const slow = bed.workflow("slow", async (flow) =>
      flow.step("wait", async () => {
        begun.open();
        await gate.opened;
        return "done";
      }),
    );
    const worker = bed.work({ concurrency: 1 });
    const first = await bed.start(slow("a"));
    const second = await bed.start(slow("b"));
    await begun.opened;
    expect([...worker.active]).toEqual([first]);
    const stopped = worker.stop({ drain: true });
    gate.open();
    await stopped;
    expect((await bed.engine.find(first))?.status).toBe("completed");
    expect((await bed.engine.find(second))?.status).toBe("queued");
    expect(worker.active.size).toBe(0);
  },
  "ENGINE-18 a worker that stops at once gives its runs back for others to go on with": async (bed) => {
    const attempts: number[] = [];
    const stuck = bed.workflow("stuck", async (flow) => {
      await flow.step("first", async () => attempts.push(flow.token));
      return flow.step("second", ({ signal }) => (flow.token === 1 ? untilAborted(signal) : Promise.resolve("done")));
    });
    const worker = bed.work();
    const runId = await bed.start(stuck("a"));
    await until(() => attempts.length === 1);
    await worker.stop({ drain: false });
    expect((await bed.engine.find(runId))?.status).toBe("queued");
    bed.work();
    expect(await bed.engine.result(runId)).toBe("done");
    expect(attempts).toEqual([1]);
  },
};
