import type { AttemptId, JobId, TaskId } from "../ids.ts";
import type { AttemptDecision } from "../model.ts";
import type { DecisionExplanation } from "./explain-decision.ts";

export type StoredDecision = {
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly jobId: JobId;
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly decision: AttemptDecision;
  /** Absent where no rule was asked: work that the merge queue sent back. */
  readonly explanation?: DecisionExplanation;
};
