import { makespan } from "../../../domain/plan/makespan.ts";
import { isActive, isSettled, type TaskStatus } from "../../../domain/task-status.ts";
import type { JobView, TaskView } from "./job-view.ts";

export type JobProgress = {
  readonly total: number;
  readonly byStatus: ReadonlyMap<TaskStatus, number>;
  readonly completed: number;
  /** A worker has them. */
  readonly working: number;
  /** The merge queue has them. */
  readonly merging: number;
  /** Completed of all, 0 to 1; 0 before there is a plan. */
  readonly doneFraction: number;
};

export function progressOf({ tasks }: JobView): JobProgress {
  const byStatus = new Map<TaskStatus, number>();
  for (const { status } of tasks) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  const completed = byStatus.get("completed") ?? 0;
  const merging = byStatus.get("integrating") ?? 0;
  const working = tasks.filter(({ status }) => isActive(status)).length - merging;
  return {
    total: tasks.length,
    byStatus,
    completed,
    working,
    merging,
    doneFraction: tasks.length === 0 ? 0 : completed / tasks.length,
  };
}

/** Starts before what only waits its turn: the plan's priorities are at most 10. */
const activePriority = 11;

/**
 * How long the rest takes when each open task takes as long as the completed ones did on average, by simulating the
 * workers: a chain of tasks isn't faster with more of them. Reviewing is not in it.
 * @returns `undefined` while that can't be known: nothing completed, the job doesn't run, or a person is waited for
 */
export function remainingMs(view: JobView, now: number): number | undefined {
  const meanMs = meanDurationMs(view.tasks);
  const open = view.tasks.filter(({ status }) => !isSettled(status));
  if (meanMs === undefined || open.length === 0 || view.status !== "running") return undefined;
  if (open.every(({ status }) => status === "waiting")) return undefined;
  const nodes = open.map((task) => ({
    key: task.id,
    dependsOn: task.dependsOn,
    priority: isActive(task.status) ? activePriority : task.priority,
    duration: isActive(task.status) ? Math.max(0, meanMs - (now - (task.startedAt ?? now))) : meanMs,
  }));
  return makespan(nodes, view.workers);
}

function meanDurationMs(tasks: readonly TaskView[]): number | undefined {
  const durations = tasks.flatMap(({ status, startedAt, endedAt }) =>
    status === "completed" && startedAt !== undefined && endedAt !== undefined ? [endedAt - startedAt] : [],
  );
  if (durations.length === 0) return undefined;
  return durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
}

/** How long a task has been worked on, or took; `undefined` before it started and while nobody is at it. */
export function elapsedMs({ status, startedAt, endedAt }: TaskView, now: number): number | undefined {
  if (startedAt === undefined) return undefined;
  if (endedAt !== undefined) return endedAt - startedAt;
  return isActive(status) ? Math.max(0, now - startedAt) : undefined;
}
