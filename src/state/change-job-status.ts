import type { JobId } from "../domain/ids.ts";
import { isJobOver, type JobStatus } from "../domain/job-status.ts";
import { appendEvent, type Tx } from "./append-events.ts";
import { jobStatusOf } from "./rows.ts";

export type JobStatusChange = {
  readonly id: JobId;
  readonly to: JobStatus;
  readonly reason: string | undefined;
  /** Also a job that is over: because a person or a program asked for it. */
  readonly mayReopen: boolean;
  readonly at: number;
};

/** Writes the fact only when the status really changes. */
export async function changeJobStatus(tx: Tx, change: JobStatusChange): Promise<void> {
  const { id, to, reason, at } = change;
  const row = await tx.selectFrom("jobs").select("status").where("id", "=", id).executeTakeFirstOrThrow();
  const from = jobStatusOf(row);
  if (from === to || (isJobOver(from) && !change.mayReopen)) return;
  await tx
    .updateTable("jobs")
    .set({ status: to, ended_at: isJobOver(to) ? at : null })
    .where("id", "=", id)
    .execute();
  const data = { from, to, ...(reason === undefined ? {} : { reason }) };
  await appendEvent(tx, { at, type: "job-status-changed", subject: { jobId: id }, data });
}
