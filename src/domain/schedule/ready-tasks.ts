import type { TaskId } from "../ids.ts";
import { longestBelow } from "../plan/critical-path.ts";
import { isActive } from "../task-status.ts";
import { graphNodesOf, type TaskFacts } from "./task-facts.ts";

/** Could start, but another task is writing the same file. */
export type HeldBackTask = { readonly id: TaskId; readonly path: string; readonly by: TaskId };

export type ReadyTasks = {
  /** May start now, most urgent first. */
  readonly ready: readonly TaskId[];
  /** Become ready when the task that holds them back is done. */
  readonly heldBack: readonly HeldBackTask[];
};

/**
 * Which tasks may start now, and in which order: larger priority, then the longer chain of tasks that wait for it, then age,
 * then the given order. A task is ready when it is `pending` or `ready` and each of its dependencies is `completed`. Two
 * tasks that promise the same output file never run at once: the later one is held back.
 *
 * O(n log n) in tasks and dependencies. Pure: the same facts always give the same order.
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function readyTasks(tasks: readonly TaskFacts[]): ReadyTasks {
  const completed = new Set(tasks.filter(({ status }) => status === "completed").map(({ id }) => id));
  const startable = tasks.filter((task) => isStartable(task, completed));
  const below = longestBelow(unfinishedNodes(tasks), () => 1);
  const chain = ({ id }: TaskFacts): number => below.get(id) ?? 0;
  const ordered = startable.toSorted(
    (a, b) => b.priority - a.priority || chain(b) - chain(a) || a.createdAt - b.createdAt,
  );
  return withoutClashes(ordered, tasks);
}

const isStartable = ({ status, dependsOn }: TaskFacts, completed: ReadonlySet<TaskId>): boolean =>
  (status === "pending" || status === "ready") && dependsOn.every((id) => completed.has(id));

/** Only what is still to be done makes a task urgent. */
const unfinishedNodes = (tasks: readonly TaskFacts[]) =>
  graphNodesOf(tasks.filter(({ status }) => status !== "completed" && status !== "cancelled"));

function withoutClashes(ordered: readonly TaskFacts[], tasks: readonly TaskFacts[]): ReadyTasks {
  const writerOf = new Map<string, TaskId>();
  // What is dispatched already has its outputs, whatever is more urgent now.
  for (const task of tasks) if (isActive(task.status) || task.status === "ready") claim(task);
  const ready: TaskId[] = [];
  const heldBack: HeldBackTask[] = [];
  for (const task of ordered) {
    const path = task.expectedOutputs?.find((output) => (writerOf.get(output) ?? task.id) !== task.id);
    const by = path === undefined ? undefined : writerOf.get(path);
    if (path !== undefined && by !== undefined) heldBack.push({ id: task.id, path, by });
    else ready.push(claim(task));
  }
  return { ready, heldBack };

  function claim({ id, expectedOutputs = [] }: TaskFacts): TaskId {
    for (const path of expectedOutputs) writerOf.set(path, id);
    return id;
  }
}
