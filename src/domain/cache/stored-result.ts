import type { AttemptId, CommitId, JobId } from "../ids.ts";
import type { AttemptOutcome, DiffStat } from "../model.ts";

/** A result that can be replayed. Times are milliseconds since the Unix epoch. */
export type StoredResult = {
  readonly key: string;
  readonly taskKey: string;
  readonly jobId: JobId;
  readonly attempt: AttemptId;
  /** The attempt's snapshot. */
  readonly commit: CommitId;
  /** What the attempt started from. */
  readonly baseCommit: CommitId;
  readonly outcome: AttemptOutcome;
  readonly evidence: ResultEvidence;
  readonly ingredients: Readonly<Record<string, string>>;
  /** Of all attempts at the task, in US dollars; `null` when unpriced. */
  readonly costUsd: number | null;
  /** Of the accepted attempt. */
  readonly durationMs: number;
  readonly storedAt: number;
  readonly lastUsedAt: number | undefined;
  /** Tasks that were completed by replaying it. */
  readonly uses: number;
};

export type ResultEvidence = { readonly gates: readonly string[]; readonly diff: DiffStat };

/** What becomes a stored result when its task completes. */
export type NewResult = Pick<
  StoredResult,
  "key" | "taskKey" | "commit" | "baseCommit" | "outcome" | "evidence" | "ingredients"
>;
