import { randomBytes } from "node:crypto";

import { answersOf } from "../../domain/breakpoint/answers.ts";
import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { appendEvent, type Subject, type Tx } from "../append-events.ts";

type Opening = { readonly subject: Subject & { readonly jobId: string }; readonly at: number };

/** Writes the question in the transaction that has somebody wait for its answer. @returns its id */
export async function openBreakpoint(tx: Tx, request: BreakpointRequest, { subject, at }: Opening): Promise<string> {
  const { kind, question, context, rule, timeoutMs } = request;
  const { jobId, taskId, attemptId } = subject;
  const id = randomBytes(4).toString("hex");
  const timeoutAt = timeoutMs === undefined ? undefined : at + timeoutMs;
  const options = request.options ?? answersOf({ kind, isOfJob: taskId === undefined });
  await tx
    .insertInto("breakpoints")
    .values({
      id,
      job_id: jobId,
      task_id: taskId ?? null,
      attempt_id: attemptId ?? null,
      kind,
      rule: rule ?? null,
      question,
      context: JSON.stringify(context),
      options: JSON.stringify(options),
      status: "open",
      opened_at: at,
      timeout_at: timeoutAt ?? null,
    })
    .execute();
  const why = { ...(rule === undefined ? {} : { rule }), ...(timeoutAt === undefined ? {} : { timeoutAt }) };
  await appendEvent(tx, { at, type: "breakpoint-opened", subject, data: { id, kind, question, ...why } });
  return id;
}

type Settled =
  | { readonly taskId: string }
  /** Those about the whole job. */
  | { readonly jobId: string };

/** What somebody did in another way needs no answer any more. */
export async function supersedeBreakpoints(
  tx: Tx,
  about: Settled,
  { at, reason }: { readonly at: number; readonly reason: string },
): Promise<void> {
  const open = tx.selectFrom("breakpoints").select("id").where("status", "=", "open");
  const rows = await (
    "taskId" in about
      ? open.where("task_id", "=", about.taskId)
      : // What a workflow asks it still asks, whatever becomes of the job meanwhile.
        open.where("job_id", "=", about.jobId).where("task_id", "is", null).where("kind", "!=", "approval")
  ).execute();
  for (const { id } of rows) await supersedeBreakpoint(tx, id, { at, reason });
}

/** The same for one; nothing when it was answered. */
export async function supersedeBreakpoint(
  tx: Tx,
  id: string,
  { at, reason }: { readonly at: number; readonly reason: string },
): Promise<void> {
  const row = await tx
    .updateTable("breakpoints")
    .set({ status: "superseded", closed_by: reason, closed_at: at })
    .where("id", "=", id)
    .where("status", "=", "open")
    .returning(["job_id", "task_id"])
    .executeTakeFirst();
  if (row === undefined) return;
  const subject = { jobId: row.job_id, ...(row.task_id === null ? {} : { taskId: row.task_id }) };
  await appendEvent(tx, { at, type: "breakpoint-superseded", subject, data: { id, reason } });
}
