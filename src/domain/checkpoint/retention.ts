import type { Checkpoint } from "./checkpoint.ts";

/** How much is kept; each limit holds by itself. */
export type RetentionRules = {
  /** Automatic checkpoints of one job. */
  readonly keep: number;
  /** All automatic checkpoints of the project together. */
  readonly maxTotalMb: number;
  readonly maxAgeDays: number;
};

export type Surplus = { readonly checkpoint: Checkpoint; readonly reason: string };

const dayMs = 86_400_000;
const bytesPerMb = 1_000_000;

/** What a person made stays until they remove it by name. */
export const isAutomatic = ({ kind }: Pick<Checkpoint, "kind">): boolean => kind !== "manual" && kind !== "worktree";

/** Which checkpoints the rules let go of, and why; the oldest go first. */
export function surplusOf(
  checkpoints: readonly Checkpoint[],
  { rules, now }: { readonly rules: RetentionRules; readonly now: number },
): readonly Surplus[] {
  const newestFirst = checkpoints.filter(isAutomatic).toSorted((a, b) => b.createdAt - a.createdAt);
  const seen = new Map<string, number>();
  let totalBytes = 0;
  const judged = newestFirst.map((checkpoint) => {
    const job = checkpoint.jobId ?? "";
    const number = (seen.get(job) ?? 0) + 1;
    seen.set(job, number);
    totalBytes += checkpoint.sizeBytes;
    return { checkpoint, reason: reasonOf({ number, totalBytes, ageMs: now - checkpoint.createdAt }, rules) };
  });
  return judged
    .flatMap(({ checkpoint, reason }) => (reason === undefined ? [] : [{ checkpoint, reason }]))
    .toReversed();
}

type Standing = { readonly number: number; readonly totalBytes: number; readonly ageMs: number };

function reasonOf(
  { number, totalBytes, ageMs }: Standing,
  { keep, maxTotalMb, maxAgeDays }: RetentionRules,
): string | undefined {
  if (number > keep) return `the job has ${keep} newer ones`;
  if (ageMs > maxAgeDays * dayMs) return `older than ${maxAgeDays} days`;
  return totalBytes > maxTotalMb * bytesPerMb ? `all together are larger than ${maxTotalMb} MB` : undefined;
}
