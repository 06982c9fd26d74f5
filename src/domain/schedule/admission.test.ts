import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { admitWorkers, type AdmissionFacts } from "./admission.ts";

const megabytes = 1024 ** 2;

const roomy: AdmissionFacts = {
  maxWorkers: 4,
  liveWorkers: 0,
  runnableTasks: 10,
  freeMemoryBytes: 16 * 1024 * megabytes,
  memoryPerWorkerMb: 400,
  minFreeMemoryMb: 512,
  disks: [{ path: "/slots", freeBytes: 10_000 * megabytes }],
  minFreeDiskMb: 1_024,
  loadAverage: 0,
  cores: 2,
};

describe("admitWorkers", () => {
  it("starts as many as the job allows on a roomy machine", () => {
    expect(admitWorkers(roomy)).toEqual({ start: 4, hold: undefined });
  });

  it("starts no more than there are tasks", () => {
    expect(admitWorkers({ ...roomy, runnableTasks: 2, liveWorkers: 1 })).toEqual({ start: 1, hold: undefined });
  });

  it("says that memory holds workers back, and that what one needs was not measured yet", () => {
    const { start, hold } = admitWorkers({ ...roomy, freeMemoryBytes: (512 + 850) * megabytes });
    expect(start).toBe(2);
    expect(hold).toEqual({
      by: "memory",
      agents: 2,
      reason:
        "1362 MB of memory are free, 512 MB of them to be kept, and one agent needs 400 MB (execution.memoryPerWorkerMb, not measured yet)",
    });
  });

  it("goes by what live workers really use, where that was measured", () => {
    const facts = { ...roomy, liveWorkers: 2, freeMemoryBytes: (512 + 850) * megabytes };
    const measuredWorkerBytes = [200 * megabytes, 800 * megabytes];
    const { start, hold } = admitWorkers({ ...facts, measuredWorkerBytes });
    expect([start, hold?.agents]).toEqual([1, 3]);
    expect(hold?.reason).toContain("one agent needs 800 MB (measured: the largest of 2)");
  });

  it("admits the first worker even without spare memory, and no second", () => {
    const full = { ...roomy, freeMemoryBytes: 0 };
    expect(admitWorkers(full).start).toBe(1);
    expect(admitWorkers({ ...full, liveWorkers: 1 })).toMatchObject({ start: 0, hold: { by: "memory", agents: 1 } });
  });

  it("starts nothing more on an overloaded machine", () => {
    expect(admitWorkers({ ...roomy, liveWorkers: 2, loadAverage: 9 })).toMatchObject({
      start: 0,
      hold: { by: "load", agents: 2, reason: "the machine has 9 processes waiting for its 2 cores" },
    });
  });

  it("starts nothing at all on a disk that is almost full, and names it", () => {
    const disks = [...roomy.disks, { path: "/state", freeBytes: 100 * megabytes }];
    expect(admitWorkers({ ...roomy, disks })).toEqual({
      start: 0,
      hold: {
        by: "disk",
        agents: 0,
        reason: "only 100 MB of disk are free at /state, and execution.minFreeDiskMb is 1024 MB",
      },
    });
  });

  it("says that the account holds agents back, also when more of them live already", () => {
    const ceiling = { agents: 2, reason: "slow down" };
    const hold = { by: "account", agents: 2, reason: "slow down" };
    expect(admitWorkers({ ...roomy, ceiling })).toEqual({ start: 2, hold });
    expect(admitWorkers({ ...roomy, ceiling, liveWorkers: 4 })).toEqual({ start: 0, hold });
    expect(admitWorkers({ ...roomy, ceiling, runnableTasks: 2 })).toEqual({ start: 2, hold: undefined });
  });

  const count = fc.nat({ max: 64 });
  const anyFacts = fc.record({
    maxWorkers: count,
    runnableTasks: count,
    liveWorkers: count,
    freeMemoryBytes: fc.nat({ max: 64 * 1024 * megabytes }),
    loadAverage: fc.nat({ max: 20 }),
    ceiling: fc.option(fc.record({ agents: fc.integer({ min: 1, max: 64 }), reason: fc.constant("r") }), {
      nil: undefined,
    }),
  });

  it("never exceeds the job's limit or the account's, and lets a job with room on its disk always move", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { start } = admitWorkers({ ...roomy, ...facts });
        const { maxWorkers, liveWorkers, runnableTasks, ceiling } = facts;
        expect(start === 0 || start + liveWorkers <= Math.min(maxWorkers, ceiling?.agents ?? 64)).toBe(true);
        expect(start + liveWorkers).toBeGreaterThanOrEqual(Math.min(1, maxWorkers, runnableTasks));
      }),
    );
  });

  it("names a reason exactly when fewer run than could", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { start, hold } = admitWorkers({ ...roomy, ...facts });
        const wanted = Math.min(facts.maxWorkers, facts.runnableTasks);
        const allowed = hold?.agents ?? wanted;
        expect(start).toBe(Math.max(0, allowed - facts.liveWorkers));
        expect(hold === undefined || allowed < wanted).toBe(true);
      }),
    );
  });
});
