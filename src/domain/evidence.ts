import type { AttemptId, CommitId } from "./ids.ts";
import type { WorkProof } from "./quality/work-proof.ts";
import type { Comparison } from "./quality/results/compare-results.ts";
import type { ReadResults } from "./quality/results/test-counts.ts";

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
  /** What a known runner's output says; absent where it is none. */
  readonly counts?: ReadResults;
  /** The same gate on the commit that the work started from; absent where it was not looked at. */
  readonly base?: GateAtBase;
  /** It fails, only in ways that were there before, and the settings let that pass. */
  readonly isTolerated?: true;
};

export type GateAtBase = {
  readonly isOk: boolean;
  /** It could not be started, or was stopped: that says nothing about the files. */
  readonly isBroken?: true;
  readonly counts?: ReadResults;
  /** What the attempt has made worse; absent when one of the two could not be read. */
  readonly comparison?: Comparison;
};

/** Whether a gate stands in the way. */
export const isPassed = ({ isOk, isTolerated }: Pick<GateResult, "isOk" | "isTolerated">): boolean =>
  isOk || isTolerated === true;

export type DiffStat = { readonly files: number; readonly added: number; readonly deleted: number };

/** Where a replayed result comes from. */
export type ReplaySource = { readonly key: string; readonly attempt: AttemptId };

/** Why a task counts as completed: stored with it, shown in the report. */
export type Evidence = {
  /** The person, or the rule, that let it through at a breakpoint; absent when nobody was asked. */
  readonly approvedBy?: string;
  readonly attempt: AttemptId;
  readonly attemptCommit: CommitId;
  readonly mergedCommit: CommitId;
  readonly gates: readonly GateResult[];
  readonly diff: DiffStat;
  readonly expectedOutputs: readonly string[];
  /** How far anything judged what it does; absent in what older versions wrote, and where only gates judge. */
  readonly proof?: WorkProof;
  /** No agent was asked: the work is that of an earlier attempt. */
  readonly replayOf?: ReplaySource;
};
