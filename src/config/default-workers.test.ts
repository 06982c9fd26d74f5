import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultWorkers, resolveWorkers } from "./default-workers.ts";

const gigabyte = 1024 ** 3;

describe("defaultWorkers", () => {
  test.each([
    { cores: 2, freeGb: 24, workers: 4 },
    { cores: 8, freeGb: 16, workers: 8 },
    { cores: 8, freeGb: 2, workers: 2 },
    { cores: 1, freeGb: 0.1, workers: 1 },
  ])("$cores cores and $freeGb GB free make $workers workers", ({ cores, freeGb, workers }) => {
    expect(defaultWorkers({ cores, freeMemoryBytes: freeGb * gigabyte, memoryPerWorkerMb: 400 })).toBe(workers);
  });

  test("is a whole number from 1 to 8, and never falls when the machine grows", () => {
    const machine = fc.record({
      cores: fc.integer({ min: 1, max: 512 }),
      freeMemoryBytes: fc.maxSafeNat(),
      memoryPerWorkerMb: fc.integer({ min: 1, max: 100_000 }),
    });
    fc.assert(
      fc.property(machine, fc.nat(64), fc.nat(gigabyte), (small, cores, freeMemoryBytes) => {
        const workers = defaultWorkers(small);
        expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(workers);
        const large = {
          ...small,
          cores: small.cores + cores,
          freeMemoryBytes: small.freeMemoryBytes + freeMemoryBytes,
        };
        expect(defaultWorkers(large)).toBeGreaterThanOrEqual(workers);
      }),
    );
  });

  test("a number in the settings counts as it is", () => {
    expect(resolveWorkers(17, { cores: 1, freeMemoryBytes: 0, memoryPerWorkerMb: 400 })).toBe(17);
  });
});
