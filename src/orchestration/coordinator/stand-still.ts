import type { JobId } from "../../domain/ids.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import { isSettled, taskStatuses } from "../../domain/task-status.ts";
import type { StateManager } from "../../state/state-manager.ts";
import { jobQuestion } from "../breakpoints/job-questions.ts";
import { JobBoard } from "./job-board.ts";
import type { Services } from "../services.ts";

/**
 * Writes that nothing of a job can progress, with what a person is asked about it. Whoever answered one of its tasks while the drive
 * ended was told that it goes on by itself: then it does.
 * @returns the job's status; `running` when there is something to do again
 */
export async function standStill(services: Services, jobId: JobId, end: "paused" | "waiting"): Promise<JobStatus> {
  const { state } = services;
  const job = await state.jobs.get(jobId);
  const ask = await jobQuestion(services, job, end);
  const isForTasks = end === "waiting" && ask === undefined;
  if (isForTasks && (await mayGoOn(state, job))) return "running";
  await state.jobs.setStatus(jobId, end, { reason: whyEnded(end), ask });
  // Who answers from here on sees that nobody goes on by itself.
  return isForTasks && (await mayGoOn(state, job)) ? "running" : end;
}

const whyEnded = (end: "paused" | "waiting"): string =>
  end === "paused" ? "a quota or a budget has ended" : "nothing can progress without a person";

const settledStatuses = taskStatuses.filter(isSettled);

/** What a drive would not leave as it is. */
async function mayGoOn(state: StateManager, job: Job): Promise<boolean> {
  const { schedule } = await JobBoard.open(state, job);
  const isOver = schedule.count(...settledStatuses) === schedule.size && !(await isAsking(state, job.id));
  return isOver || schedule.count("ready", "integrating") > 0 || schedule.hasStartable || schedule.blocked.length > 0;
}

/** Its workflow waits for a person. */
async function isAsking(state: StateManager, jobId: JobId): Promise<boolean> {
  const run = await state.workflowRuns.current(jobId);
  if (run?.status !== "running") return false;
  const asked = await state.workflowRuns.questions(run);
  return asked.some(({ breakpoint }) => breakpoint.status === "open");
}
