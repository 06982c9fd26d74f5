import type { NewResult } from "../../domain/cache/stored-result.ts";
import { jobOfTask, type AttemptId, type TaskId } from "../../domain/ids.ts";
import { appendEvent, type Tx } from "../append-events.ts";

/** What completing a task does to the result cache: a new result is kept, a replayed one was of use. */
export type ResultChange =
  { readonly kind: "kept"; readonly result: NewResult } | { readonly kind: "used"; readonly key: string };

/** Part of the transaction that completes the task. A later result for the same key takes the place of the earlier one. */
export async function keepResult(
  tx: Tx,
  subject: { readonly taskId: TaskId; readonly attemptId: AttemptId },
  { change, at }: { readonly change: ResultChange; readonly at: number },
): Promise<void> {
  if (change.kind === "used") return noteUse(tx, change.key, at);
  const { key, taskKey, commit, baseCommit, outcome, evidence, ingredients } = change.result;
  const { taskId, attemptId } = subject;
  const jobId = jobOfTask(taskId);
  const content = {
    task_key: taskKey,
    job_id: jobId,
    attempt_id: attemptId,
    commit_id: commit,
    base_commit: baseCommit,
    outcome: JSON.stringify(outcome),
    evidence: JSON.stringify(evidence),
    ingredients: JSON.stringify(ingredients),
    cost_usd: await costOf(tx, taskId),
    duration_ms: outcome.durationMs,
    stored_at: at,
    last_used_at: null,
    uses: 0,
  };
  await tx
    .insertInto("results")
    .values({ key, ...content })
    .onConflict((oc) => oc.column("key").doUpdateSet(content))
    .execute();
  await appendEvent(tx, {
    at,
    type: "result-cached",
    subject: { jobId, taskId, attemptId },
    data: { key, commit },
  });
}

async function noteUse(tx: Tx, key: string, at: number): Promise<void> {
  await tx
    .updateTable("results")
    .set((eb) => ({ uses: eb("uses", "+", 1), last_used_at: at }))
    .where("key", "=", key)
    .execute();
}

/** Of everything that was done for the task; `null` as soon as a part is unpriced. */
async function costOf(tx: Tx, taskId: TaskId): Promise<number | null> {
  const rows = await tx
    .selectFrom("usage")
    .select("cost_usd")
    .where("job_id", "=", jobOfTask(taskId))
    .where("task_id", "=", taskId)
    .execute();
  return rows.reduce<number | null>(
    (sum, { cost_usd: cost }) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
}
