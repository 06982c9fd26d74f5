import type { Project } from "../../compose.ts";
import type { BreakpointId, JobId } from "../../domain/ids.ts";
import { isJobOver, type JobStatus } from "../../domain/job-status.ts";
import type { Cli } from "../cli.ts";
import { stopSignals } from "../drive/stop-signals.ts";
import { alarmAt } from "./alarm-at.ts";
import { askOpenQuestions } from "./ask-open-questions.ts";
import type { Stood } from "./beside-work.ts";
import { waitsForPerson } from "./waits-for-person.ts";

export type StandingJob = {
  readonly jobId: JobId;
  /** With which its drive ended. */
  readonly status: JobStatus;
  /** What the person leaves open; it is not asked again. */
  readonly later: Set<BreakpointId>;
  /** Its drive has waited for the workflow's timers already. */
  readonly isLeftOpen: boolean;
  /** What came of a question that stood when its drive ended. */
  readonly stood?: Stood["asked"] | undefined;
};

/**
 * Asks the person at the terminal what a job waits for.
 * @returns whether it is to be driven again; `wait`: nothing was answered, and its workflow will wake by itself
 */
export async function askInPlace(
  { terminal, output }: Cli,
  { application }: Pick<Project, "application">,
  { jobId, status, later, isLeftOpen, stood }: StandingJob,
): Promise<"go-on" | "wait" | "leave"> {
  if (terminal === undefined || stood === "left") return "leave";
  if (stood === undefined && !(await waitsForPerson(application, { jobId, status }))) return "leave";
  const signals = stopSignals({ output }, undefined, "");
  const alarm = alarmAt(await application.workflows.wakesAt(jobId));
  const known = later.size;
  try {
    const stop = AbortSignal.any([signals.stop, alarm.signal]);
    const asking = { terminal, output, application, stop };
    const asked = stood === "slept" ? "later" : await askOpenQuestions(asking, { jobId, later });
    if (signals.stop.aborted || isJobOver((await application.job(jobId)).status)) return "leave";
    const hasSlept = stood === "slept" || alarm.signal.aborted;
    if (hasSlept) output.stdout("The workflow has slept, and goes on. What waits for you is asked again.\n");
    const isSettled = asked === "settled" || (asked !== "left" && stood === "settled");
    if (isSettled || hasSlept) return "go-on";
    const isPointless = asked === "left" || (isLeftOpen && later.size === known);
    return !isPointless && (await application.workflows.wakesAt(jobId)) !== undefined ? "wait" : "leave";
  } finally {
    signals.dispose();
    alarm.clear();
  }
}
