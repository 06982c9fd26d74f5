import type { Project } from "../../compose.ts";
import type { BreakpointId, JobId } from "../../domain/ids.ts";
import { isJobOver, type JobStatus } from "../../domain/job-status.ts";
import type { Cli } from "../cli.ts";
import { stopSignals } from "../stop-signals.ts";

export type StandingJob = {
  readonly jobId: JobId;
  /** With which its drive ended. */
  readonly status: JobStatus;
  /** What the person leaves open; it is not asked again. */
  readonly later: Set<BreakpointId>;
};

/** Asks the person at the terminal what a job waits for. @returns whether it is to be driven again */
export async function askInPlace(
  { terminal, output }: Cli,
  { application }: Pick<Project, "application">,
  { jobId, status, later }: StandingJob,
): Promise<"go-on" | "leave"> {
  if (terminal === undefined || !(await waitsForPerson(application, { jobId, status }))) return "leave";
  const { askOpenQuestions } = await import("./ask-open-questions.ts");
  const signals = stopSignals({ output }, undefined, "");
  try {
    const asking = { terminal, output, application, stop: signals.stop };
    const asked = await askOpenQuestions(asking, { jobId, later });
    if (asked !== "settled") return "leave";
    output.stdout("\n");
  } finally {
    signals.dispose();
  }
  return isJobOver((await application.job(jobId)).status) ? "leave" : "go-on";
}

/** A budget that is spent pauses a job with a question. Whatever a quota or a person has paused goes on without an answer. */
async function waitsForPerson(
  application: Project["application"],
  { jobId, status }: Pick<StandingJob, "jobId" | "status">,
): Promise<boolean> {
  if (status !== "paused") return status === "waiting";
  const open = await application.breakpoints(jobId);
  return open.some(({ kind, taskId }) => kind === "budget" && taskId === undefined);
}
