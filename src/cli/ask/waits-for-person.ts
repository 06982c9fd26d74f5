import type { JobId } from "../../domain/ids.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import type { Application } from "../../orchestration/application.ts";

export type EndedJob = {
  readonly jobId: JobId;
  /** With which its drive ended. */
  readonly status: JobStatus;
};

/** A budget that is spent pauses a job with a question. Whatever a quota or a person has paused goes on without an answer. */
export async function waitsForPerson(
  application: Pick<Application, "breakpoints">,
  { jobId, status }: EndedJob,
): Promise<boolean> {
  if (status !== "paused") return status === "waiting";
  const open = await application.breakpoints(jobId);
  return open.some(({ kind, taskId }) => kind === "budget" && taskId === undefined);
}
