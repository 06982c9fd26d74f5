import { effectOf, type BreakpointEffect } from "../../domain/breakpoint/answers.ts";
import type { Breakpoint, BreakpointAnswer } from "../../domain/breakpoint/breakpoint.ts";
import { TuttiError } from "../../domain/errors.ts";
import { jobOfTask, type AttemptId, type TaskId } from "../../domain/ids.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import type { Tx } from "../append-events.ts";
import { changeJobStatus } from "../jobs/change-job-status.ts";
import { moveTask } from "../tasks/move-task.ts";
import { insertDecision } from "../decisions/decisions.ts";
import { expectOutcome } from "../decisions/outcomes.ts";
import { decisionFromText, settingsFromRow, specFromRow } from "../rows.ts";

type Given = { readonly answer: BreakpointAnswer; readonly by: string; readonly at: number };

/** Has the task or the job go on as the answer says, in the transaction that stores the answer. */
export async function applyAnswer(tx: Tx, breakpoint: Breakpoint, given: Given): Promise<void> {
  const { kind, taskId, attemptId, jobId } = breakpoint;
  if (kind === "budget" && given.answer.answer === "raise") await raiseLimit(tx, breakpoint, given);
  const effect = effectOf({ kind, isOfJob: taskId === undefined }, given.answer.answer);
  if (effect === "cancel") {
    const reason = reasonOf(given);
    await changeJobStatus(tx, { id: jobId, to: "cancelled", reason, mayReopen: false, at: given.at });
  }
  if (taskId !== undefined) await effects[effect](tx, { taskId, attemptId }, given);
}

type About = { readonly taskId: TaskId; readonly attemptId: AttemptId | undefined };
type Effect = (tx: Tx, about: About, given: Given) => Promise<void>;

const effects: Readonly<Record<BreakpointEffect, Effect>> = {
  accept,
  "merge-again": mergeAgain,
  again,
  "go-on": goOn,
  fail,
  cancel: async () => undefined,
  none: async () => undefined,
};

const reasonOf = ({ answer, by }: Given): string => {
  const note = answer.note === undefined ? "" : `: ${answer.note}`;
  return `${answer.answer} (${by})${note}`;
};

/** With a clean count, as for every retry by a person. */
const anew = { failures: 0, accepted_attempt: null, merged_commit: null, evidence: null };

async function accept(tx: Tx, { taskId, attemptId }: About, given: Given): Promise<void> {
  if (attemptId === undefined) throw noWork(taskId);
  const attempt = await tx
    .selectFrom("attempts")
    .select(["snapshot_commit", "decision"])
    .where("id", "=", attemptId)
    .executeTakeFirstOrThrow();
  if (attempt.snapshot_commit === null) throw noWork(taskId);
  const before = decisionFromText(attempt.decision);
  const decision: AttemptDecision = {
    feedback: undefined,
    ...before,
    action: "accept",
    reasons: [`Approved by ${given.by}.`, ...(before?.reasons ?? [])],
    countsAsAttempt: false,
    resumeSession: false,
    delayMs: 0,
    approvedBy: given.by,
  };
  const subject = { jobId: jobOfTask(taskId), taskId, attemptId };
  await insertDecision(tx, subject, { at: given.at, decision });
  await expectOutcome(tx, subject, { confidence: before?.confidence, at: given.at });
  await tx
    .updateTable("attempts")
    .set({ status: "accepted", decision: JSON.stringify(decision), ended_at: given.at })
    .where("id", "=", attemptId)
    .execute();
  const set = { ...anew, accepted_attempt: attemptId, worker_id: null };
  await moveTask(tx, { id: taskId, to: "integrating", at: given.at, reason: reasonOf(given), set });
}

async function mergeAgain(tx: Tx, { taskId }: About, given: Given): Promise<void> {
  await moveTask(tx, { id: taskId, to: "integrating", at: given.at, reason: reasonOf(given) });
}

async function again(tx: Tx, about: About, given: Given): Promise<void> {
  const { taskId, attemptId } = about;
  if (attemptId !== undefined) await rejectWith(tx, attemptId, given);
  await moveTask(tx, { id: taskId, to: "pending", at: given.at, reason: reasonOf(given), set: anew });
}

/** The person's words come first: the next attempt is told all of it. */
async function rejectWith(tx: Tx, attemptId: AttemptId, { answer, at }: Given): Promise<void> {
  const row = await tx
    .selectFrom("attempts")
    .select(["status", "feedback", "ended_at"])
    .where("id", "=", attemptId)
    .executeTakeFirstOrThrow();
  const words = answer.note === undefined ? "wants another attempt." : `says: ${answer.note}`;
  const feedback = [`A person looked at it and ${words}`, ...(row.feedback === null ? [] : [row.feedback])].join(
    "\n\n",
  );
  const status = row.status === "accepted" ? "bounced" : "rejected";
  await tx
    .updateTable("attempts")
    .set({ status, feedback, ended_at: row.ended_at ?? at })
    .where("id", "=", attemptId)
    .execute();
}

async function goOn(tx: Tx, { taskId }: About, given: Given): Promise<void> {
  await moveTask(tx, { id: taskId, to: "pending", at: given.at, reason: reasonOf(given), set: anew });
}

async function fail(tx: Tx, { taskId, attemptId }: About, given: Given): Promise<void> {
  if (attemptId !== undefined) await rejectWith(tx, attemptId, given);
  await moveTask(tx, { id: taskId, to: "failed", at: given.at, reason: reasonOf(given) });
}

async function raiseLimit(tx: Tx, { taskId, jobId, context }: Breakpoint, { answer }: Given): Promise<void> {
  const limitUsd = (context.limitUsd ?? 0) + (answer.amountUsd ?? 0);
  if (taskId === undefined) {
    const row = await tx.selectFrom("jobs").select("options").where("id", "=", jobId).executeTakeFirstOrThrow();
    const options = JSON.stringify({ ...settingsFromRow(row), maxCostUsdPerJob: limitUsd });
    await tx.updateTable("jobs").set({ options }).where("id", "=", jobId).execute();
    return;
  }
  const row = await tx.selectFrom("tasks").select("spec").where("id", "=", taskId).executeTakeFirstOrThrow();
  const spec = JSON.stringify({ ...specFromRow(row), budgetUsd: limitUsd });
  await tx.updateTable("tasks").set({ spec }).where("id", "=", taskId).execute();
}

const noWork = (taskId: TaskId): TuttiError =>
  new TuttiError("BREAKPOINT_INVALID", `Task ${taskId} has no work that could be merged`, {
    hint: "Have it tried again: answer with retry",
  });
