import type { TaskId } from "../ids.ts";
import { dependantsOf } from "../plan/topological-levels.ts";
import type { TaskStatus } from "../task-status.ts";
import { graphNodesOf, type TaskFacts } from "./task-facts.ts";

/** A task that can't start any more, and the task somewhere above it that is the reason. */
export type BlockedTask = {
  readonly id: TaskId;
  readonly culprit: TaskId;
  /** `missing`: no task has the culprit's id. */
  readonly because: Extract<TaskStatus, "failed" | "cancelled" | "blocked"> | "missing";
};

/**
 * Which `pending` and `ready` tasks can't start because a task above them, at any distance, failed, was cancelled or does
 * not exist. A `blocked` task for which nothing of this kind is found counts as the reason itself: apply `releasedTasks`
 * first after a retry. Linear; in the given order.
 */
export function blockedTasks(tasks: readonly TaskFacts[]): readonly BlockedTask[] {
  const reasons = findReasons(tasks);
  return tasks.flatMap(({ id, status }) => {
    const reason = status === "pending" || status === "ready" ? reasons.get(id) : undefined;
    return reason === undefined ? [] : [{ id, ...reason }];
  });
}

/** The `blocked` tasks for which no reason is left: nothing above them is failed, cancelled or missing. Linear. */
export function releasedTasks(tasks: readonly TaskFacts[]): readonly TaskId[] {
  const reasons = findReasons(tasks);
  return tasks.flatMap(({ id, status }) =>
    status === "blocked" && reasons.get(id)?.because === "blocked" ? [id] : [],
  );
}

type Reason = Pick<BlockedTask, "culprit" | "because">;

/** Spreads each reason downwards; of several the first found stays. A blocked task that none reaches is its own reason. */
function findReasons(tasks: readonly TaskFacts[]): ReadonlyMap<TaskId, Reason> {
  const dependants = dependantsOf(graphNodesOf(tasks));
  const reasons = new Map<TaskId, Reason>();
  const known = new Set(tasks.map(({ id }) => id));
  for (const { id, status } of tasks) if (status === "failed" || status === "cancelled") spread(id, status);
  for (const id of tasks.flatMap(({ dependsOn }) => dependsOn)) if (!known.has(id)) spread(id, "missing");
  for (const task of tasks) {
    if (task.status !== "blocked" || reasons.has(task.id)) continue;
    reasons.set(task.id, { culprit: task.id, because: "blocked" });
    spread(task.id, "blocked");
  }
  return reasons;

  function spread(culprit: TaskId, because: Reason["because"]): void {
    const queue: TaskId[] = [culprit];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      for (const { task } of dependants.get(id) ?? []) {
        if (reasons.has(task.id) || !isHeldUp(task.status)) continue;
        reasons.set(task.id, { culprit, because });
        queue.push(task.id);
      }
    }
  }
}

const isHeldUp = (status: TaskStatus): boolean => status === "pending" || status === "ready" || status === "blocked";
