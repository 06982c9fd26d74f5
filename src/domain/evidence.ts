import type { AttemptId, CommitId } from "./ids.ts";

export type GateResult = {
  readonly name: string;
  readonly command: string;
  readonly on: "attempt" | "merged";
  readonly isOk: boolean;
  /** `null` when it was killed. */
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** The end of what it printed, redacted. */
  readonly outputTail: string;
};

export type DiffStat = { readonly files: number; readonly added: number; readonly deleted: number };

/** Where a replayed result comes from. */
export type ReplaySource = { readonly key: string; readonly attempt: AttemptId };

/** Why a task counts as completed: stored with it, shown in the report. */
export type Evidence = {
  readonly attempt: AttemptId;
  readonly attemptCommit: CommitId;
  readonly mergedCommit: CommitId;
  readonly gates: readonly GateResult[];
  readonly diff: DiffStat;
  readonly expectedOutputs: readonly string[];
  /** No agent was asked: the work is that of an earlier attempt. */
  readonly replayOf?: ReplaySource;
};
