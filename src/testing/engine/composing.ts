import { setTimeout as delay } from "node:timers/promises";
import { expect } from "../vitest.ts";
import { asRunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { Flow } from "../../engine/port.ts";
import { stopFirst } from "./recording.ts";
import { type EnginePromises, Gate } from "./test-bed.ts";

export const composingPromises: EnginePromises = {
  "ENGINE-47 a call runs a child once and gives its output": async (bed) => {
    bed.workflow("double", async (flow, input) => flow.step("double", async () => Number(input) * 2));
    const parent = bed.workflow("parent", async (flow) => {
      const two = await flow.call<number>({ key: "one", workflow: "double", input: 1 });
      return flow.call<number>({ key: "two", workflow: "double", input: two });
    });
    bed.work();
    expect(await bed.finish(parent("a"))).toBe(4);
    expect(await bed.engine.find(asRunId("a/one"))).toMatchObject({ status: "completed", output: 2, claims: 1 });
  },
  "ENGINE-48 a child's failure is thrown in the parent, which may go on": async (bed) => {
    bed.workflow("boom", async () => {
      throw new Error("boom");
    });
    const parent = bed.workflow("parent", async (flow) => {
      try {
        return await flow.call({ key: "child", workflow: "boom", input: null });
      } catch (thrown) {
        return flow.step("cope", async () => `coped with ${String(thrown)}`);
      }
    });
    bed.work();
    expect(await bed.finish(parent("a"))).toBe("coped with TuttiError: boom");
  },
  "ENGINE-49 a parent that is cut short after its call doesn't start the child again": async (bed) => {
    const begun = new Gate();
    let children = 0;
    bed.workflow("child", async (flow) => flow.step("count", async () => ++children));
    const parent = bed.workflow("parent", async (flow) => {
      const count = await flow.call({ key: "child", workflow: "child", input: null });
      await flow.step("next", ({ signal }) => stopFirst(flow, begun, signal));
      return count;
    });
    const worker = bed.work();
    const runId = await bed.start(parent("a"));
    await begun.opened;
    await worker.stop({ drain: false });
    bed.work();
    expect(await bed.engine.result(runId)).toBe(1);
    expect(children).toBe(1);
  },
  "ENGINE-50 parents that wait for children never block a pool of one": async (bed) => {
    bed.workflow("leaf", async (flow, input) => flow.step("leaf", async () => input));
    bed.workflow("middle", async (flow, input) => {
      const branches = [1, 2].map(
        (n) => (branch: Flow) => branch.call<number>({ key: `leaf-${n}`, workflow: "leaf", input: n }),
      );
      const leaves = await flow.all(branches);
      return Number(input) + leaves.reduce((sum, leaf) => sum + leaf, 0);
    });
    const top = bed.workflow("top", async (flow) => flow.call({ key: "middle", workflow: "middle", input: 10 }));
    const requests = Array.from({ length: 8 }, (_, index) => top(`t${index}`));
    await bed.engine.startAll(requests);
    bed.work({ concurrency: 1 });
    const outputs = await Promise.all(requests.map(({ runId }) => bed.engine.result(runId)));
    expect(outputs).toEqual(requests.map(() => 13));
  },
  "ENGINE-51 two calls with one key are an error": async (bed) => {
    bed.workflow("child", async () => null);
    const parent = bed.workflow("parent", async (flow) => {
      await flow.call({ key: "same", workflow: "child", input: 1 });
      return flow.call({ key: "same", workflow: "child", input: 2 });
    });
    bed.work();
    await expect(bed.finish(parent("a"))).rejects.toMatchObject({ code: "ENGINE_FLOW_MISUSED" });
  },
  "ENGINE-52 branches run at once, as many as asked, and give their outputs in order": async (bed) => {
    let now = 0;
    let most = 0;
    const branches = Array.from(
      { length: 7 },
      (_, index) => (branch: Flow) =>
        branch.step("work", async () => {
          most = Math.max(most, ++now);
          await delay(7 - index);
          now--;
          return index;
        }),
    );
    const fan = bed.workflow("fan", async (flow) => flow.all(branches, { concurrency: 3 }));
    bed.work();
    expect(await bed.finish(fan("a"))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(3);
  },
  "ENGINE-53 when branches fail the others still end, and the first failure in order is thrown": async (bed) => {
    const ended: string[] = [];
    const branch = (name: string, waitMs: number, fails: boolean) => (flow: Flow) =>
      flow.step(name, async () => {
        await delay(waitMs);
        ended.push(name);
        if (fails) throw new Error(name);
        return name;
      });
    const fan = bed.workflow("fan", async (flow) =>
      flow.all([branch("slow", 30, false), branch("late failure", 20, true), branch("early failure", 1, true)]),
    );
    bed.work();
    await expect(bed.finish(fan("a"))).rejects.toMatchObject({ message: "late failure" });
    expect(ended).toEqual(["early failure", "late failure", "slow"]);
  },
  "ENGINE-54 no key depends on which branch ends first": async (bed) => {
    let runs = 0;
    const fan = bed.workflow("fan", async (flow, input) => {
      const waits = Array.isArray(input) ? input.map(Number) : [];
      const keys: string[] = [];
      const outputs = await flow.all(
        waits.map((waitMs, index) => async (branch) => {
          const note = (key: string) => (keys.push(`${index} ${key.slice(flow.runId.length)}`), key.length);
          await branch.step("same", async ({ key }) => (await delay(waitMs), note(key)));
          await branch.all(
            [0, 1].map((n) => (twig) => twig.step("twig", async ({ key }) => (await delay(waitMs * n), note(key)))),
          );
          return branch.step("same", async ({ key }) => note(key));
        }),
      );
      return { outputs: outputs.length, keys: keys.toSorted() };
    });
    bed.work();
    const seen = new Set<string>();
    const { default: fc } = await import("fast-check");
    const waits = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(waits, async (input) => {
        seen.add(JSON.stringify(await bed.finish(fan(`fan-${runs++}`, { input }))));
      }),
      { numRuns: 12 },
    );
    expect([...seen]).toHaveLength(1);
  },
  "ENGINE-55 a run that is cut short amid its branches repeats only the branch steps without a record": async (bed) => {
    const begun = new Gate();
    const ran: string[] = [];
    const fan = bed.workflow("fan", async (flow) =>
      flow.all<Json>(
        ["a", "b", "c"].map((name) => async (branch) => {
          await branch.step("first", async () => ran.push(`first ${name}`));
          if (name === "b") return branch.step("second", ({ signal }) => stopFirst(flow, begun, signal));
          return branch.step("second", async () => (ran.push(`second ${name}`), name));
        }),
      ),
    );
    const worker = bed.work();
    const runId = await bed.start(fan("a"));
    await begun.opened;
    await worker.stop({ drain: false });
    bed.work();
    expect(await bed.engine.result(runId)).toEqual(["a", "done", "c"]);
    expect(ran.toSorted()).toEqual(["first a", "first b", "first c", "second a", "second c"]);
  },
  "ENGINE-56 branches may wait side by side": async (bed) => {
    const mixed = bed.workflow("mixed", async (flow) =>
      flow.all<Json>([
        async (branch) => (await branch.sleep(80), "slept"),
        async (branch) => (await branch.receive("answer")) ?? "nothing",
        async (branch) => (await branch.receive("never", { timeoutMs: 60 })) ?? "timed out",
        async (branch) => branch.call({ key: "child", workflow: "child", input: "child" }),
      ]),
    );
    bed.workflow("child", async (flow, input) => (await flow.sleep(40), input));
    bed.work({ concurrency: 1 });
    const runId = await bed.start(mixed("a"));
    await bed.engine.signal(runId, { name: "answer", key: "1", payload: "heard" });
    expect(await bed.engine.result(runId)).toEqual(["slept", "heard", "timed out", "child"]);
  },
};
