import { errorToJson, TuttiError } from "../../domain/errors.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { isSettled } from "../../domain/task-status.ts";
import { taskRunId, workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";

type Stopping = Pick<Services, "state" | "engine">;

/**
 * Ends tasks for good: what waits never starts, and the agents of those that run are interrupted. What they had written stays
 * in their slots and is saved before those are used again. Work that is being merged is let through.
 * @returns ids of the tasks that were ended
 */
export async function cancelTasks(
  services: Stopping,
  tasks: readonly Task[],
  reason: string,
): Promise<readonly TaskId[]> {
  const cancelled: TaskId[] = [];
  for (const { id, status } of tasks) {
    if (isSettled(status)) continue;
    // The dispatch that it is in now: it may be another one than the caller saw.
    const round = await services.state.tasks.cancel(id, reason);
    if (round === undefined) continue;
    cancelled.push(id);
    const runId = taskRunId(id, round);
    if ((await services.engine.find(runId)) !== undefined) await services.engine.cancel(runId, reason);
  }
  return cancelled;
}

async function cancelWorkflow({ state, engine }: Stopping, jobId: JobId, reason: string): Promise<void> {
  const run = await state.workflowRuns.current(jobId);
  if (run?.status !== "running") return;
  const runId = workflowRunId(jobId, run.number);
  if ((await engine.find(runId)) !== undefined) await engine.cancel(runId, reason);
  const error = errorToJson(new TuttiError("ABORTED", reason));
  await state.workflowRuns.end(jobId, run.number, { status: "cancelled", error });
}

/** Ends a job for good. What was merged stays on its branch. */
export async function cancelJob(services: Stopping, jobId: JobId, reason: string): Promise<readonly TaskId[]> {
  const { jobs, tasks } = services.state;
  // The status first: a coordinator that sees it stops its workers, and starts nothing in between.
  await jobs.setStatus(jobId, "cancelled", reason);
  await cancelWorkflow(services, jobId, reason);
  const cancelled: TaskId[] = [];
  for (;;) {
    const ended = await cancelTasks(services, await tasks.list(jobId), reason);
    if (ended.length === 0) return cancelled;
    // One of them may have been split or planned anew since they were listed.
    cancelled.push(...ended);
  }
}
