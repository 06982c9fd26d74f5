import {
  attemptIdOf,
  jobOfTask,
  type AttemptId,
  type CommitId,
  type SlotId,
  type TaskId,
  type WorkerId,
} from "../../domain/ids.ts";
import type { Attempt, AttemptDecision, Clarification } from "../../domain/model.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { Fence } from "../tasks/move-task.ts";
import { attemptFromRow } from "../rows.ts";
import type { AttemptRow } from "../schema.ts";

/** The lease that a write about a task is made under. */
export type TaskLease = { readonly taskId: TaskId; readonly fence: Fence; readonly workerId: WorkerId };

export type BegunAttempt = {
  readonly id: AttemptId;
  readonly number: number;
  readonly baseCommit: CommitId;
  /** Of the attempt before; absent for a first one. */
  readonly feedback: string | undefined;
  /** It was begun before by somebody who died, was stopped or ran into a quota: go on instead of starting over. */
  readonly isContinuation: boolean;
  readonly slotId: SlotId | undefined;
  /** Key of the agent conversation to use. */
  readonly conversation: string;
  /** Alias or full name; absent when nobody said so. */
  readonly model: string | undefined;
  /** What its agent asked last, and what it is to be told now. */
  readonly clarification?: Clarification;
};

/** Where an attempt's events belong. */
export const subjectOf = (lease: TaskLease, attemptId: AttemptId) => ({
  jobId: jobOfTask(lease.taskId),
  taskId: lease.taskId,
  attemptId,
});

/** Of those that count: what a rollback has undone is history. */
export const lastAttempt = (tx: Tx, taskId: TaskId): Promise<AttemptRow | undefined> =>
  tx
    .selectFrom("attempts")
    .selectAll()
    .where("task_id", "=", taskId)
    .where("taken_back_by", "is", null)
    .orderBy("number", "desc")
    .executeTakeFirst();

/** A number that was used names refs and conversations: it is never given again. */
export async function nextAttemptNumber(tx: Tx, taskId: TaskId): Promise<number> {
  const row = await tx
    .selectFrom("attempts")
    .select((eb) => eb.fn.max("number").as("number"))
    .where("task_id", "=", taskId)
    .executeTakeFirst();
  return (row?.number ?? 0) + 1;
}

type Resuming = { readonly last: AttemptRow; readonly lease: TaskLease; readonly at: number };

/** Goes on with an attempt that was cut short: the same number, slot and conversation. */
export async function resumeAttempt(tx: Tx, { last, lease, at }: Resuming): Promise<BegunAttempt> {
  await tx
    .updateTable("attempts")
    .set({
      status: "running",
      worker_id: lease.workerId,
      // What interrupted it is history now; an outcome without a decision is a result that must not be paid for again.
      ...(last.status === "interrupted" ? { outcome: null, decision: null } : {}),
    })
    .where("id", "=", last.id)
    .execute();
  const attempt = attemptFromRow(last);
  const session = await tx
    .selectFrom("sessions")
    .select("session_id")
    .where("key", "=", last.conversation)
    .where("slot_id", "is not", null)
    .executeTakeFirst();
  const data = { number: attempt.number, workerId: lease.workerId, sessionId: session?.session_id ?? null };
  await appendEvent(tx, { at, type: "attempt-resumed", subject: subjectOf(lease, attempt.id), data });
  const { id, number, baseCommit, slotId, conversation } = attempt;
  return {
    id,
    number,
    baseCommit,
    slotId,
    conversation,
    model: attempt.model,
    isContinuation: true,
    feedback: await feedbackBefore(tx, lease.taskId, number),
    ...clarificationOf(last.status, attempt.decision),
  };
}

/** Only what has just been answered: whoever goes on after a death finds it in the whole prompt. */
function clarificationOf(status: string, decision: AttemptDecision | undefined): Pick<BegunAttempt, "clarification"> {
  const { action, clarification } = decision ?? {};
  return status === "interrupted" && action === "clarify" && clarification !== undefined ? { clarification } : {};
}

type Starting = {
  readonly last: AttemptRow | undefined;
  readonly lease: TaskLease;
  readonly tip: CommitId;
  readonly model: string | undefined;
  readonly at: number;
};

/** Opens the next attempt; where the last one's conversation goes on, in its slot and from its base. */
export async function insertAttempt(tx: Tx, { last, lease, tip, model, at }: Starting): Promise<BegunAttempt> {
  const number = await nextAttemptNumber(tx, lease.taskId);
  const id = attemptIdOf(lease.taskId, number);
  const before = last === undefined ? undefined : attemptFromRow(last);
  const { baseCommit, slotId, conversation = id, filesCommit } = placeAfter(before, tip);
  await tx
    .insertInto("attempts")
    .values({
      id,
      task_id: lease.taskId,
      job_id: jobOfTask(lease.taskId),
      number,
      status: "running",
      worker_id: lease.workerId,
      slot_id: slotId ?? null,
      conversation,
      model: model ?? null,
      base_commit: baseCommit,
      files_commit: filesCommit ?? null,
      started_at: at,
    })
    .execute();
  const data = { number, workerId: lease.workerId, baseCommit, ...(model === undefined ? {} : { model }) };
  await appendEvent(tx, { at, type: "attempt-started", subject: subjectOf(lease, id), data });
  const place = { id, number, baseCommit, slotId, conversation, model };
  return { ...place, isContinuation: false, feedback: before?.feedback };
}

type NextPlace = {
  readonly baseCommit: CommitId;
  readonly slotId?: SlotId;
  /** Absent: one of its own. */
  readonly conversation?: string;
  /** What its slot begins with, other than the base. */
  readonly filesCommit?: CommitId;
};

/** Where the next attempt begins: by what was decided about the one before. */
function placeAfter(before: Attempt | undefined, tip: CommitId): NextPlace {
  if (before?.decision === undefined) return { baseCommit: tip };
  const { baseCommit, slotId, conversation, decision } = before;
  const { action, filesFrom, resumeSession, change = [] } = decision;
  if (action === "rollback" && filesFrom !== undefined) return { baseCommit, filesCommit: filesFrom };
  if (action !== "retry" || !resumeSession || slotId === undefined) return { baseCommit: tip };
  return { baseCommit, slotId, ...(change.includes("cleared-context") ? {} : { conversation }) };
}

async function feedbackBefore(tx: Tx, taskId: TaskId, number: number): Promise<string | undefined> {
  const row = await tx
    .selectFrom("attempts")
    .select("feedback")
    .where("task_id", "=", taskId)
    .where("number", "<", number)
    .where("taken_back_by", "is", null)
    .orderBy("number", "desc")
    .executeTakeFirst();
  return row?.feedback ?? undefined;
}
