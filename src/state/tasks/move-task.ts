import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import type { AttemptId, TaskId } from "../../domain/ids.ts";
import type { WaitsFor } from "../../domain/model.ts";
import { assertTransition, isSettled, type TaskStatus } from "../../domain/task-status.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { openBreakpoint, supersedeBreakpoints } from "../breakpoints/open-breakpoint.ts";
import { taskStatusOf } from "../rows.ts";
import type { TaskRow } from "../schema.ts";

/** Who may write about a task: this dispatch of it, and this claim of the dispatch. */
export type Fence = { readonly round: number; readonly token: number };

export type TaskMove = {
  readonly id: TaskId;
  readonly to: TaskStatus;
  readonly at: number;
  readonly reason?: string;
  /** For `waiting`. Default `person`. */
  readonly waitsFor?: WaitsFor;
  readonly set?: Partial<TaskRow>;
  /** For `waiting` for a person: what the person is asked, and about which attempt. Default: the reason, as a question. */
  readonly ask?: BreakpointRequest | undefined;
  readonly attemptId?: AttemptId;
};

/**
 * Changes a task's status, says so in the log, and applies `set` with it. Whoever waits for a person does so at a breakpoint.
 * @throws {TuttiError} `STATE_TRANSITION_INVALID`
 */
export async function moveTask(tx: Tx, move: TaskMove): Promise<void> {
  const { id, to, at } = move;
  const row = await tx.selectFrom("tasks").select(["status", "job_id"]).where("id", "=", id).executeTakeFirstOrThrow();
  const from = taskStatusOf(row);
  if (from !== to) assertTransition(id, from, to);
  const waitsFor = to === "waiting" ? (move.waitsFor ?? "person") : null;
  await tx
    .updateTable("tasks")
    .set({
      ...move.set,
      status: to,
      reason: move.reason ?? null,
      waits_for: waitsFor,
      ended_at: isSettled(to) ? at : null,
    })
    .where("id", "=", id)
    .execute();
  if (from === "waiting") await supersedeBreakpoints(tx, { taskId: id }, { at, reason: move.reason ?? `it is ${to}` });
  if (waitsFor === "person") await askAbout(tx, move, row.job_id);
  if (from === to) return;
  const data = { from, to, ...(move.reason === undefined ? {} : { reason: move.reason }) };
  await appendEvent(tx, { at, type: "task-status-changed", subject: { jobId: row.job_id, taskId: id }, data });
}

async function askAbout(tx: Tx, { id, at, reason = "it waits for you", ask, attemptId }: TaskMove, jobId: string) {
  const request = ask ?? { kind: "failure", question: reason, context: { reasons: [reason] } };
  const subject = { jobId, taskId: id, ...(attemptId === undefined ? {} : { attemptId }) };
  await openBreakpoint(tx, request, { subject, at });
}
