import type { Usage, UsageTotal } from "./budget/usage.ts";
import type { DiffStat, GateResult } from "./evidence.ts";
import type { WorkProof } from "./quality/work-proof.ts";
import type { QualityReport } from "./quality/quality-report.ts";
import type { TaskStatus } from "./task-status.ts";

/** What a job came to: built from facts; only `review` is a model's opinion, and it says so. */
export type JobReport = {
  readonly jobId: string;
  readonly goal: string;
  readonly branch: string;
  readonly baseCommit: string;
  readonly tipCommit: string;
  /** A person has the branch checked out or has committed to it, so that it was left alone. Default: it is at the tip. */
  readonly isBranchElsewhere?: boolean;
  readonly tasks: readonly TaskReport[];
  readonly usage: Usage;
  readonly total: UsageTotal;
  readonly durationMs: number;
  readonly review: Review | undefined;
  /** Why there is no review. */
  readonly reviewProblem: string | undefined;
};

export type TaskReport = {
  readonly key: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly reason: string | undefined;
  readonly attempts: number;
  readonly mergedCommit: string | undefined;
  readonly diff: DiffStat | undefined;
  readonly gates: readonly GateResult[];
  /** Of the attempt that was accepted, else of the last one; absent where nobody judged. */
  readonly quality?: QualityReport;
  /** What stands behind work that was accepted; absent in what older versions wrote. */
  readonly proof?: WorkProof;
  readonly expectedOutputs: readonly string[];
  /** What the agent says it did. */
  readonly claim: string | undefined;
  readonly usage: Usage;
  /** The attempt whose cached result was replayed; absent where an agent did the work. */
  readonly replayOf?: string;
  readonly durationMs: number | undefined;
};

export type Review = {
  readonly verdict: "reached" | "partly" | "missed";
  readonly summary: string;
  readonly findings: readonly string[];
  readonly nextSteps: readonly string[];
};
