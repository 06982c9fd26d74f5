import type { Project } from "../../compose.ts";
import type { BreakpointId, JobId } from "../../domain/ids.ts";
import { isJobOver, type JobStatus } from "../../domain/job-status.ts";
import type { Cli } from "../cli.ts";
import { stopSignals } from "../drive/stop-signals.ts";

export type StandingJob = {
  readonly jobId: JobId;
  /** With which its drive ended. */
  readonly status: JobStatus;
  /** What the person leaves open; it is not asked again. */
  readonly later: Set<BreakpointId>;
  /** Its drive has waited for the workflow's timers already. */
  readonly isLeftOpen: boolean;
};

/**
 * Asks the person at the terminal what a job waits for.
 * @returns whether it is to be driven again; `wait`: nothing was answered, and its workflow will wake by itself
 */
export async function askInPlace(
  { terminal, output }: Cli,
  { application }: Pick<Project, "application">,
  { jobId, status, later, isLeftOpen }: StandingJob,
): Promise<"go-on" | "wait" | "leave"> {
  if (terminal === undefined || !(await waitsForPerson(application, { jobId, status }))) return "leave";
  const { askOpenQuestions } = await import("./ask-open-questions.ts");
  const signals = stopSignals({ output }, undefined, "");
  const alarm = alarmAt(await application.workflows.wakesAt(jobId));
  const known = later.size;
  try {
    const stop = AbortSignal.any([signals.stop, alarm.signal]);
    const asked = await askOpenQuestions({ terminal, output, application, stop }, { jobId, later });
    if (signals.stop.aborted || isJobOver((await application.job(jobId)).status)) return "leave";
    if (alarm.signal.aborted)
      output.stdout("The workflow has slept, and goes on. What waits for you is asked again.\n");
    if (asked === "settled" || alarm.signal.aborted) return "go-on";
    const isPointless = asked === "left" || (isLeftOpen && later.size === known);
    return !isPointless && (await application.workflows.wakesAt(jobId)) !== undefined ? "wait" : "leave";
  } finally {
    signals.dispose();
    alarm.clear();
  }
}

/** Node's timers reach no further. */
const longestTimerMs = 2_147_483_647;

/** While a person thinks, a workflow's sleep may end. */
function alarmAt(at: number | undefined): { readonly signal: AbortSignal; readonly clear: () => void } {
  const due = new AbortController();
  if (at === undefined) return { signal: due.signal, clear: () => undefined };
  const timer = setTimeout(() => due.abort(), Math.min(Math.max(0, at - Date.now()), longestTimerMs));
  return { signal: due.signal, clear: () => clearTimeout(timer) };
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
