import type { RollbackResult } from "../../domain/checkpoint/checkpoint.ts";
import { restoredStatus } from "../../domain/checkpoint/go-back.ts";
import { asAttemptId, asTaskId, attemptIdOf, type AttemptId, type CommitId, type JobId } from "../../domain/ids.ts";
import type { TaskStatus } from "../../domain/task-status.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { nextAttemptNumber } from "../attempts/begin-attempt.ts";
import { changeJobStatus } from "../jobs/change-job-status.ts";
import { standOfJob } from "../jobs/stand-of-job.ts";
import { evidenceWithCommit } from "./checkpoint-rows.ts";
import { readVersions, type JobVersions, type TaskVersion } from "./checkpoint-versions.ts";
import { supersedeBreakpoints } from "../breakpoints/open-breakpoint.ts";
import { breakpointFromRow, taskStatusOf } from "../rows.ts";
import type { AttemptRow, TaskRow } from "../schema.ts";
import { noteOutcome } from "../decisions/outcomes.ts";
import { supersedeWorkflow } from "../workflows/workflow-runs.ts";

/** What a rollback changes in the state. */
export type RollbackEffect = {
  readonly jobId: JobId;
  readonly result: RollbackResult;
  /** Ids of the tasks that go back. */
  readonly taskIds: readonly string[];
  /** What stood in the slots of attempts that were unfinished then. */
  readonly files: ReadonlyMap<AttemptId, CommitId>;
  /** Merged commits that were made again, by the one that each takes the place of. */
  readonly remade: ReadonlyMap<string, string>;
};

type Going = {
  readonly tx: Tx;
  readonly at: number;
  readonly effect: RollbackEffect;
  readonly versions: JobVersions;
  readonly reason: string;
  /** When the checkpoint was made. */
  readonly madeAt: number;
};

/** Part of the transaction that ends a rollback: everything that goes back goes back in it. Events and journals stay. */
export async function applyRollback(tx: Tx, effect: RollbackEffect, at: number): Promise<void> {
  const { jobId, result } = effect;
  const { seq, created_at: madeAt } = await tx
    .selectFrom("checkpoints")
    .select(["seq", "created_at"])
    .where("id", "=", result.checkpoint)
    .executeTakeFirstOrThrow();
  const versions = await readVersions(tx, jobId, seq);
  const reason = `rolled back to checkpoint ${result.checkpoint}`;
  const going: Going = { tx, at, effect, versions, reason, madeAt };
  for (const id of effect.taskIds) await goBack(going, id);
  await restandMerges(going);
  if (result.strategy === "full" && versions.job !== undefined) {
    await tx.updateTable("jobs").set({ plan: versions.job.plan }).where("id", "=", jobId).execute();
  }
  await tx.updateTable("jobs").set({ pause_requested_at: null }).where("id", "=", jobId).execute();
  if (result.strategy !== "selective") await restandJob(going);
  await supersedeWorkflow(tx, jobId, at);
  const { rollback, checkpoint, strategy, tip } = result;
  const data = { rollback, checkpoint, strategy, tip, tasks: effect.taskIds };
  await appendEvent(tx, { at, type: "job-rolled-back", subject: { jobId }, data });
}

async function goBack(going: Going, id: string): Promise<void> {
  const { tx, versions } = going;
  const now = await tx.selectFrom("tasks").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  const then = versions.tasks.get(id);
  await forgetResult(going, now, then);
  for (const attempt of await tx.selectFrom("attempts").selectAll().where("task_id", "=", id).execute()) {
    await goBackWithAttempt(going, attempt);
  }
  await (then === undefined ? takeBack(going, now) : restoreTask(going, now, then));
  await supersedeBreakpoints(tx, { taskId: id }, going);
  if (then === undefined) return;
  await goOnWithFiles(going, id);
  if (then.row.status === "waiting") await askAgain(going, id);
}

/** What was asked about the task then and had no answer yet. */
async function askAgain({ tx, at, madeAt }: Going, taskId: string): Promise<void> {
  const rows = await tx
    .selectFrom("breakpoints")
    .selectAll()
    .where("task_id", "=", taskId)
    .where("opened_at", "<=", madeAt)
    .where((eb) => eb.or([eb("closed_at", "is", null), eb("closed_at", ">", madeAt)]))
    .execute();
  const open = { status: "open", answer: null, closed_by: null, closed_at: null, timeout_at: null };
  for (const row of rows) {
    await tx.updateTable("breakpoints").set(open).where("id", "=", row.id).execute();
    const { id, kind, question } = breakpointFromRow({ ...row, ...open });
    const subject = { jobId: row.job_id, taskId };
    await appendEvent(tx, { at, type: "breakpoint-opened", subject, data: { id, kind, question } });
  }
}

/** It was added since: its row stays for what happened, and for its key. */
async function takeBack({ tx, at, effect, reason }: Going, now: TaskRow): Promise<void> {
  const set = {
    status: "cancelled",
    reason,
    waits_for: null,
    taken_back_by: effect.result.rollback,
    round: now.round + 1,
    ended_at: at,
    accepted_attempt: null,
    merged_commit: null,
    evidence: null,
  };
  await tx.updateTable("tasks").set(set).where("id", "=", now.id).execute();
  await sayMoved({ tx, at, reason }, now, "cancelled");
}

/** Its round grows all the same: no run of an earlier dispatch may write about it, and none is ever continued. */
async function restoreTask({ tx, at, reason }: Going, now: TaskRow, { row, dependsOn }: TaskVersion): Promise<void> {
  const { id, ...then } = row;
  const status = restoredStatus(taskStatusOf(row));
  const fence = { round: now.round + 1, fence_token: 0, worker_id: null };
  const why = { reason: status === row.status ? row.reason : reason };
  await tx
    .updateTable("tasks")
    .set({ ...then, ...fence, ...why, status })
    .where("id", "=", id)
    .execute();
  await tx.deleteFrom("task_dependencies").where("task_id", "=", id).execute();
  for (const on of dependsOn)
    await tx.insertInto("task_dependencies").values({ task_id: id, depends_on: on }).execute();
  await sayMoved({ tx, at, reason }, now, status);
}

async function sayMoved(
  { tx, at, reason }: Pick<Going, "tx" | "at" | "reason">,
  now: TaskRow,
  to: TaskStatus,
): Promise<void> {
  const from = taskStatusOf(now);
  if (from === to) return;
  const subject = { jobId: now.job_id, taskId: now.id };
  await appendEvent(tx, { at, type: "task-status-changed", subject, data: { from, to, reason } });
}

/** What a person has taken back is not replayed: neither from this job's result nor from another one's. */
async function forgetResult({ tx, at }: Going, now: TaskRow, then: TaskVersion | undefined): Promise<void> {
  if (then?.row.status === "completed" && then.row.accepted_attempt === now.accepted_attempt) return;
  await tx.deleteFrom("task_result_keys").where("task_id", "=", now.id).execute();
  const miss = "a person took it back";
  await tx.updateTable("replays").set({ miss }).where("task_id", "=", now.id).where("miss", "is", null).execute();
  if (now.accepted_attempt === null) return;
  await tx.deleteFrom("results").where("attempt_id", "=", now.accepted_attempt).execute();
  await noteOutcome(tx, now.accepted_attempt, { held: false, why: "rolled back", at });
}

const isUnfinished = ({ status }: Pick<AttemptRow, "status">): boolean =>
  status === "running" || status === "interrupted";

async function goBackWithAttempt({ tx, at, effect, versions }: Going, now: AttemptRow): Promise<void> {
  const then = versions.attempts.get(now.id);
  if (then !== undefined && !isUnfinished(then)) {
    const { id, task_id: _task, job_id: _job, number: _number, ...content } = then;
    await tx
      .updateTable("attempts")
      .set({ ...content, slot_id: null })
      .where("id", "=", id)
      .execute();
    return;
  }
  const ending = isUnfinished(now) ? { status: "rejected", ended_at: at } : {};
  const set = { ...ending, taken_back_by: now.taken_back_by ?? effect.result.rollback, slot_id: null };
  await tx.updateTable("attempts").set(set).where("id", "=", now.id).execute();
  await tx.updateTable("sessions").set({ slot_id: null }).where("key", "=", now.conversation).execute();
}

/** What was unfinished goes on under the next number, with the files of then: what an attempt was is not written over. */
async function goOnWithFiles({ tx, effect, versions }: Going, taskId: string): Promise<void> {
  const then = [...versions.attempts.values()].find((row) => row.task_id === taskId && isUnfinished(row));
  const files = then === undefined ? undefined : effect.files.get(asAttemptId(then.id));
  if (then === undefined || files === undefined) return;
  const number = await nextAttemptNumber(tx, asTaskId(taskId));
  const id = attemptIdOf(asTaskId(taskId), number);
  await tx
    .insertInto("attempts")
    .values({
      id,
      task_id: taskId,
      job_id: then.job_id,
      number,
      status: "interrupted",
      conversation: id,
      model: then.model,
      origin: JSON.stringify(await originOf(tx, versions, then)),
      base_commit: then.base_commit,
      files_commit: files,
      started_at: then.started_at,
    })
    .execute();
}

/** A conversation can be gone back to only as long as nothing was said in it since. */
async function originOf(tx: Tx, { sessions }: JobVersions, { id, conversation }: AttemptRow) {
  const origin = { of: "checkpoint", attempt: id };
  const then = sessions.get(conversation);
  const now = await tx
    .selectFrom("sessions")
    .select(["session_id", "turns"])
    .where("key", "=", conversation)
    .executeTakeFirst();
  const sessionId = then?.session_id ?? null;
  if (sessionId === null) return { ...origin, isForked: false, reason: "it had not begun" };
  const isAsThen = now?.session_id === sessionId && now.turns === then?.turns;
  return isAsThen ? { ...origin, isForked: true } : { ...origin, isForked: false, reason: "it has gone on since" };
}

/** Where their merged work stands now, for tasks whose commits were made again. A merge that was not yet recorded is made anew. */
async function restandMerges({ tx, effect }: Going): Promise<void> {
  const { jobId, remade, result, taskIds } = effect;
  for (const [from, to] of remade) {
    const rows = await tx
      .selectFrom("tasks")
      .select(["id", "evidence"])
      .where("job_id", "=", jobId)
      .where("merged_commit", "=", from)
      .execute();
    for (const { id, evidence } of rows) {
      const set = { merged_commit: to, evidence: evidenceWithCommit(evidence, to) };
      await tx.updateTable("tasks").set(set).where("id", "=", id).execute();
    }
  }
  if (result.strategy === "full") return;
  const open = await tx
    .selectFrom("tasks")
    .select("id")
    .where("job_id", "=", jobId)
    .where("status", "=", "integrating")
    .execute();
  for (const { id } of open.filter((row) => !taskIds.includes(row.id))) {
    await tx.updateTable("tasks").set({ merged_commit: null, evidence: null }).where("id", "=", id).execute();
  }
}

async function restandJob({ tx, at, effect, reason }: Going): Promise<void> {
  const { jobId: id } = effect;
  const stand = await standOfJob(tx, id);
  const to = stand === "unfinished" ? "interrupted" : stand;
  await changeJobStatus(tx, { id, to, reason, mayReopen: true, at });
}
