import { totalUsage, type Usage } from "../../domain/budget/usage.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import type { Task, WaitsFor } from "../../domain/model.ts";
import { isActive, isSettled, type TaskStatus } from "../../domain/task-status.ts";
import type { StateManager } from "../../state/state-manager.ts";

/** What a task came to, for a program. */
export type TaskResult = {
  readonly taskId: TaskId;
  readonly key: string;
  readonly title: string;
  readonly prompt: string;
  readonly status: TaskStatus;
  /** What the agent reported last; empty before it did. */
  readonly text: string;
  /** The structured answer, when one was asked for. */
  readonly result: Json | undefined;
  /** Why it failed, is blocked or waits. */
  readonly reason: string | undefined;
  /** For `waiting`. */
  readonly waitsFor: WaitsFor | undefined;
  /** What proves that it is done; absent unless it completed. */
  readonly evidence: Evidence | undefined;
  readonly attempts: number;
  /** Which model the accepted attempt, else the last one, was given: alias or full name. Absent before the first. */
  readonly model: string | undefined;
  readonly usage: Usage;
  /** `null`: at least one model has no known price. */
  readonly costUsd: number | null;
  readonly metadata: JsonObject;
};

export type JobProgress = {
  readonly jobId: JobId;
  readonly goal: string;
  readonly status: JobStatus;
  readonly totalTasks: number;
  /** Not yet dispatched, or dispatched and not yet claimed. */
  readonly pending: number;
  readonly inProgress: number;
  readonly completed: number;
  readonly failed: number;
  readonly blocked: number;
  /** For a person or the quota. */
  readonly waiting: number;
  readonly cancelled: number;
  /** Share of the tasks that have come to an end, 0 to 100; 100 for a job without tasks. */
  readonly progressPct: number;
  readonly costUsd: number | null;
};

export async function taskResult(state: StateManager, task: Task, usage: Usage): Promise<TaskResult> {
  const attempts = await state.attempts.list(task.id);
  const accepted = attempts.find(({ id }) => id === task.acceptedAttempt) ?? attempts.at(-1);
  return {
    taskId: task.id,
    key: task.key,
    title: task.spec.title,
    prompt: task.spec.prompt,
    status: task.status,
    text: accepted?.outcome?.text ?? "",
    result: accepted?.outcome?.result,
    reason: task.reason,
    waitsFor: task.waitsFor,
    evidence: task.status === "completed" ? task.evidence : undefined,
    attempts: attempts.length,
    model: accepted?.model,
    usage,
    costUsd: totalUsage(usage).costUsd,
    metadata: task.spec.metadata ?? {},
  };
}

/** Of every task of a job, in their order. */
export async function taskResults(state: StateManager, jobId: JobId): Promise<readonly TaskResult[]> {
  const [tasks, usage] = await Promise.all([state.tasks.list(jobId), state.sessions.usageByTask(jobId)]);
  return Promise.all(tasks.map((task) => taskResult(state, task, usage.get(task.id) ?? {})));
}

export async function jobProgress(state: StateManager, jobId: JobId): Promise<JobProgress> {
  const [job, counts, usage] = await Promise.all([
    state.jobs.get(jobId),
    state.tasks.countByStatus(jobId),
    state.sessions.usageOfJob(jobId),
  ]);
  const count = (is: (status: TaskStatus) => boolean): number =>
    [...counts].reduce((sum, [status, tasks]) => sum + (is(status) ? tasks : 0), 0);
  const [totalTasks, settled] = [count(() => true), count(isSettled)];
  return {
    jobId,
    goal: job.goal,
    status: job.status,
    totalTasks,
    pending: count((status) => status === "pending" || status === "ready"),
    inProgress: count(isActive),
    completed: count((status) => status === "completed"),
    failed: count((status) => status === "failed"),
    blocked: count((status) => status === "blocked"),
    waiting: count((status) => status === "waiting"),
    cancelled: count((status) => status === "cancelled"),
    progressPct: totalTasks === 0 ? 100 : Math.floor((settled / totalTasks) * 100),
    costUsd: totalUsage(usage).costUsd,
  };
}
