import fc from "fast-check";
import { expect, it } from "vitest";

import { asCheckpointId, asCommitId, asJobId } from "../ids.ts";
import type { Checkpoint, CheckpointKind } from "./checkpoint.ts";
import { isAutomatic, surplusOf } from "./retention.ts";

const dayMs = 86_400_000;
const now = 100 * dayMs;

const checkpoints = fc
  .array(
    fc.record({
      job: fc.constantFrom("j1", "j2"),
      kind: fc.constantFrom<CheckpointKind>("manual", "attempt", "integration", "rollback", "worktree"),
      ageDays: fc.integer({ min: 0, max: 60 }),
      sizeBytes: fc.integer({ min: 0, max: 3_000_000 }),
    }),
    { maxLength: 30 },
  )
  .map((all) =>
    all.map(({ job, kind, ageDays, sizeBytes }, number): Checkpoint => ({
      id: asCheckpointId(String(number)),
      projectPath: "/p",
      jobId: asJobId(job),
      kind,
      tip: asCommitId("t"),
      ref: "r",
      commit: asCommitId("c"),
      files: [],
      isWhileAtWork: false,
      sizeBytes,
      createdAt: now - ageDays * dayMs - number,
    })),
  );

const rules = fc.record({
  keep: fc.integer({ min: 1, max: 5 }),
  maxTotalMb: fc.integer({ min: 1, max: 10 }),
  maxAgeDays: fc.integer({ min: 1, max: 50 }),
});

it("leaves what a person made, and of the others what is within every limit", () => {
  fc.assert(
    fc.property(checkpoints, rules, (all, limits) => {
      const gone = new Set(surplusOf(all, { rules: limits, now }).map(({ checkpoint }) => checkpoint));
      const left = all.filter((one) => !gone.has(one));
      expect(all.filter((one) => !isAutomatic(one)).every((one) => !gone.has(one))).toBe(true);
      const automatic = left.filter(isAutomatic);
      for (const job of ["j1", "j2"]) {
        expect(automatic.filter(({ jobId }) => jobId === job).length).toBeLessThanOrEqual(limits.keep);
      }
      expect(automatic.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThanOrEqual(
        limits.maxTotalMb * 1_000_000,
      );
      for (const { createdAt } of automatic) expect(now - createdAt).toBeLessThanOrEqual(limits.maxAgeDays * dayMs);
      expect(surplusOf(left, { rules: limits, now })).toEqual([]);
    }),
  );
});

it("says why, the oldest first", () => {
  const [first] =
    fc.sample(
      checkpoints.filter(({ length }) => length > 0),
      1,
    )[0] ?? [];
  if (first === undefined) throw new Error("no sample");
  const aged = (id: string, ageDays: number, sizeBytes = 0): Checkpoint => ({
    ...first,
    id: asCheckpointId(id),
    kind: "attempt",
    sizeBytes,
    createdAt: now - ageDays * dayMs,
  });
  const all = [aged("new", 0), aged("large", 1, 2_000_000), aged("old", 20)];
  const reasons = (keep: number) =>
    surplusOf(all, { rules: { keep, maxTotalMb: 1, maxAgeDays: 14 }, now }).map(
      ({ checkpoint, reason }) => `${checkpoint.id}: ${reason}`,
    );
  expect(reasons(9)).toEqual(["old: older than 14 days", "large: all together are larger than 1 MB"]);
  expect(reasons(1)).toEqual(["old: the job has 1 newer ones", "large: the job has 1 newer ones"]);
});
