import type { StoredDecision } from "../../domain/decide/stored-decision.ts";
import type { DecisionExplanation } from "../../domain/decide/explain-decision.ts";
import type { AttemptId, JobId, TaskId } from "../../domain/ids.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import type { Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { decisionFromRow } from "./decision-rows.ts";
import { insertHistory } from "../history/history.ts";

/** Every decision on every attempt, in order: nothing of it is ever written over. */
export class Decisions {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async ofTask(taskId: TaskId): Promise<readonly StoredDecision[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("decisions").selectAll().where("task_id", "=", taskId).orderBy("seq").execute(),
    );
    return rows.map(decisionFromRow);
  }

  /** Those of a job with this action. */
  async ofJob(jobId: JobId, action: AttemptDecision["action"]): Promise<readonly StoredDecision[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("decisions")
        .selectAll()
        .where("job_id", "=", jobId)
        .where("action", "=", action)
        .orderBy("seq")
        .execute(),
    );
    return rows.map(decisionFromRow);
  }
}

/** With why it is what it is, which is kept beside it. */
export type ExplainedDecision = AttemptDecision & { readonly explanation?: DecisionExplanation };

export type DecisionSubject = { readonly jobId: JobId; readonly taskId: TaskId; readonly attemptId: AttemptId };

/** Part of the transaction that decides. */
export async function insertDecision(
  tx: Tx,
  subject: DecisionSubject,
  made: { readonly at: number; readonly decision: AttemptDecision; readonly explanation?: DecisionExplanation },
): Promise<void> {
  const { at, decision, explanation } = made;
  const { action, reasons, confidence } = decision;
  await tx
    .insertInto("decisions")
    .values({
      at,
      job_id: subject.jobId,
      task_id: subject.taskId,
      attempt_id: subject.attemptId,
      action,
      decision: JSON.stringify(decision),
      explanation: explanation === undefined ? null : JSON.stringify(explanation),
    })
    .execute();
  const sure = confidence === undefined ? {} : { confidence: confidence.score, isCalibrated: confidence.isCalibrated };
  await insertHistory(tx, {
    ...subject,
    at,
    kind: "decision",
    role: "tutti",
    text: `${action}: ${reasons.join(" ")}`,
    data: { action, ...sure },
  });
}
