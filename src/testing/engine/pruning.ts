import { expect } from "../vitest.ts";
import { asRunId } from "../../domain/ids.ts";
import { type EnginePromises, until } from "./test-bed.ts";

export const pruningPromises: EnginePromises = {
  "ENGINE-84 runs of a family that have ended are removed with all that is recorded of them, and others stay": async (
    bed,
  ) => {
    const says = bed.workflow("says", async (flow) => flow.step("one", async () => "recorded"));
    const waits = bed.workflow("waits", async (flow) => {
      await flow.call({ key: "child", workflow: "says", input: null });
      return (await flow.receive("go")) ?? null;
    });
    bed.work();
    for (const id of ["a#1", "a/b#1", "a", "ab#1", "a-b/c#1"]) await bed.finish(says(id));
    const parent = await bed.start(waits("a#2"));
    await until(async () => (await bed.engine.find(asRunId("a#2/child")))?.status === "completed");

    const found = await bed.engine.prune({ of: "a", isDryRun: true });
    expect(found).toMatchObject({ runs: 2, records: 2 });
    expect(found.bytes).toBeGreaterThan(2 * "recorded".length);
    expect(await bed.engine.prune({ of: "a", isDryRun: false })).toEqual(found);

    for (const id of ["a#1", "a/b#1"]) {
      expect(await bed.engine.find(asRunId(id))).toBeUndefined();
      await expect(bed.engine.history(asRunId(id))).rejects.toMatchObject({ code: "ENGINE_RUN_UNKNOWN" });
    }
    for (const id of ["a", "ab#1", "a-b/c#1", "a#2/child"]) {
      expect(await bed.engine.history(asRunId(id))).toHaveLength(1);
    }
    await bed.engine.signal(parent, { name: "go", key: "k", payload: "went" });
    expect(await bed.engine.result(parent)).toBe("went");
    expect(await bed.engine.prune({ of: "a", isDryRun: false })).toMatchObject({ runs: 2, records: 4 });
    expect(await bed.engine.prune({ of: "a", isDryRun: false })).toEqual({ runs: 0, records: 0, bytes: 0 });
  },
  "ENGINE-85 the id of a run that was removed may be started again, and nothing of before is known then": async (
    bed,
  ) => {
    let times = 0;
    const counts = bed.workflow("counts", async (flow) => flow.step("one", async () => (times += 1)));
    bed.work();
    expect(await bed.finish(counts("a#1"))).toBe(1);
    await bed.engine.prune({ of: "a", isDryRun: false });
    expect(await bed.finish(counts("a#1"))).toBe(2);
  },
};
