import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { admitWorkers } from "./admission.ts";

const roomy = {
  maxWorkers: 4,
  liveWorkers: 0,
  runnableTasks: 10,
  freeMemoryBytes: 16 * 1024 ** 3,
  memoryPerWorkerMb: 400,
  minFreeMemoryMb: 512,
  loadAverage: 0,
  cores: 2,
};

describe("admitWorkers", () => {
  it("starts as many as the job allows on a roomy machine", () => {
    expect(admitWorkers(roomy)).toEqual({ start: 4, heldBy: undefined });
  });

  it("starts no more than there are tasks", () => {
    expect(admitWorkers({ ...roomy, runnableTasks: 2, liveWorkers: 1 }).start).toBe(1);
  });

  it("says that memory holds workers back", () => {
    const facts = { ...roomy, freeMemoryBytes: (512 + 850) * 1024 ** 2 };
    expect(admitWorkers(facts)).toEqual({ start: 2, heldBy: "memory" });
  });

  it("admits the first worker even without spare memory, and no second", () => {
    const full = { ...roomy, freeMemoryBytes: 0 };
    expect(admitWorkers(full).start).toBe(1);
    expect(admitWorkers({ ...full, liveWorkers: 1 }).start).toBe(0);
  });

  it("starts nothing more on an overloaded machine", () => {
    expect(admitWorkers({ ...roomy, liveWorkers: 2, loadAverage: 9 })).toEqual({ start: 0, heldBy: "load" });
  });

  it("never exceeds the job's limit", () => {
    const count = fc.nat({ max: 64 });
    fc.assert(
      fc.property(count, count, count, fc.nat(), (maxWorkers, liveWorkers, runnableTasks, freeMemoryBytes) => {
        const facts = { ...roomy, maxWorkers, runnableTasks, freeMemoryBytes, liveWorkers };
        const { start } = admitWorkers(facts);
        expect(start === 0 || start + liveWorkers <= Math.max(maxWorkers, 1)).toBe(true);
      }),
    );
  });
});
