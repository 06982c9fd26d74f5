import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import type { JobId } from "../../domain/ids.ts";
import { isJobOver, type JobStatus } from "../../domain/job-status.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { askAboutPlan } from "./plan-question.ts";
import { openBreakpoint, supersedeBreakpoints } from "../breakpoints/open-breakpoint.ts";
import { jobStatusOf } from "../rows.ts";

export type JobStatusChange = {
  readonly id: JobId;
  readonly to: JobStatus;
  readonly reason: string | undefined;
  /** Also a job that is over: because a person or a program asked for it. */
  readonly mayReopen: boolean;
  readonly at: number;
  /** For a status that a person ends: what the person is asked. A plan that is proposed is always asked about. */
  readonly ask?: BreakpointRequest | undefined;
};

/** Writes the fact only when the status really changes. */
export async function changeJobStatus(tx: Tx, change: JobStatusChange): Promise<void> {
  const { id, to, reason, at, ask } = change;
  const row = await tx.selectFrom("jobs").select("status").where("id", "=", id).executeTakeFirstOrThrow();
  const from = jobStatusOf(row);
  // One that was made as a fork is proposed, and nobody was asked yet.
  if (from === to && to === "proposed") await askAboutPlan(tx, id, { at, ask });
  if (from === to || (isJobOver(from) && !change.mayReopen)) return;
  await tx
    .updateTable("jobs")
    .set({ status: to, ended_at: isJobOver(to) ? at : null })
    .where("id", "=", id)
    .execute();
  const data = { from, to, ...(reason === undefined ? {} : { reason }) };
  await appendEvent(tx, { at, type: "job-status-changed", subject: { jobId: id }, data });
  if (to === "proposed") await askAboutPlan(tx, id, { at, ask });
  else if (ask !== undefined) await openBreakpoint(tx, ask, { subject: { jobId: id }, at });
  else if (!standsStill.has(to)) await supersedeBreakpoints(tx, { jobId: id }, { at, reason: `the job is ${to}` });
}

/** What was asked about it before is still to be answered. */
const standsStill: ReadonlySet<JobStatus> = new Set<JobStatus>(["paused", "waiting", "interrupted"]);
