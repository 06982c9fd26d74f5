import type { AttemptId, TaskId } from "../../domain/ids.ts";
import type { AttemptDecision, AttemptStatus } from "../../domain/model.ts";
import type { TaskStatus } from "../../domain/task-status.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { subjectOf, type TaskLease } from "../attempts/begin-attempt.ts";
import { insertDecision, type ExplainedDecision } from "./decisions.ts";
import { moveTask } from "../tasks/move-task.ts";
import { expectOutcome } from "./outcomes.ts";
import { replaceTask, splitInto } from "../tasks/reshape-plan.ts";
import { missReplay } from "../results/results.ts";

const taskStatusAfter: Readonly<Record<AttemptDecision["action"], TaskStatus>> = {
  accept: "integrating",
  retry: "running",
  clarify: "running",
  rollback: "running",
  split: "pending",
  replan: "cancelled",
  bounce: "ready",
  pause: "waiting",
  ask: "waiting",
  fail: "failed",
};

/**
 * A retry that doesn't count is the same attempt going on: the network or a dead process said nothing about the work. Nor did a
 * limit of budget that a person may raise.
 */
function attemptStatusAfter({ action, countsAsAttempt, resumeSession }: AttemptDecision): AttemptStatus {
  if (action === "accept") return "accepted";
  const isToGoOn = action === "ask" && resumeSession;
  const goesOn = action === "pause" || action === "clarify" || isToGoOn || (action === "retry" && !countsAsAttempt);
  return goesOn ? "interrupted" : "rejected";
}

export type DecidedAttempt = { readonly lease: TaskLease; readonly attemptId: AttemptId; readonly at: number };

/** Writes what becomes of an attempt, and all that follows from it at once. */
export async function applyDecision(tx: Tx, decided: DecidedAttempt, explained: ExplainedDecision): Promise<void> {
  const { lease, attemptId, at } = decided;
  const { explanation, ...decision } = explained;
  const { action, reasons, countsAsAttempt, failureClass } = decision;
  const subject = subjectOf(lease, attemptId);
  await endAttempt(tx, decided, decision);
  // Whoever goes on after a death may come here from the lease: its proof was made before.
  if (action === "accept") await moveTask(tx, { id: lease.taskId, to: "validating", at });
  const data = { decision: action, reasons, ...(failureClass === undefined ? {} : { failureClass }) };
  await appendEvent(tx, { at, type: "attempt-decided", subject, data });
  await insertDecision(tx, subject, { at, decision, ...(explanation === undefined ? {} : { explanation }) });
  if (action === "accept") await expectOutcome(tx, subject, { confidence: decision.confidence, at });
  await moveDecided(tx, decided, decision);
  const { parts, replacement, replayMiss } = decision;
  if (action === "split" && parts !== undefined) await splitInto(tx, { taskId: lease.taskId, at }, parts);
  if (action === "replan" && replacement !== undefined)
    await replaceTask(tx, { taskId: lease.taskId, at }, replacement);
  if (countsAsAttempt) await countFailure(tx, lease.taskId);
  if (replayMiss !== undefined) await missReplay(tx, subject, { reason: replayMiss, at });
}

async function endAttempt(tx: Tx, { attemptId, at }: DecidedAttempt, decision: AttemptDecision): Promise<void> {
  const status = attemptStatusAfter(decision);
  await tx
    .updateTable("attempts")
    .set({
      status,
      decision: JSON.stringify(decision),
      feedback: decision.feedback ?? null,
      ended_at: status === "interrupted" ? null : at,
    })
    .where("id", "=", attemptId)
    .execute();
}

async function moveDecided(tx: Tx, decided: DecidedAttempt, decision: AttemptDecision): Promise<void> {
  const { lease, attemptId, at } = decided;
  const { action } = decision;
  await moveTask(tx, {
    id: lease.taskId,
    to: taskStatusAfter[action],
    at,
    ...(action === "pause" ? { waitsFor: "quota" as const } : {}),
    ...(action === "accept" ? {} : { reason: decision.reasons.join("; ") }),
    ask: decision.breakpoint,
    attemptId,
    set: action === "accept" ? acceptance(attemptId) : {},
  });
}

/** What an earlier attempt of the task was merged to is not this one's. */
const acceptance = (attemptId: AttemptId) => ({
  accepted_attempt: attemptId,
  merged_commit: null,
  evidence: null,
  worker_id: null,
});

async function countFailure(tx: Tx, id: TaskId): Promise<void> {
  await tx
    .updateTable("tasks")
    .set((eb) => ({ failures: eb("failures", "+", 1) }))
    .where("id", "=", id)
    .execute();
}
