import type { TaskId } from "../ids.ts";
import { longestBelow } from "../plan/critical-path.ts";
import { isActive } from "../task-status.ts";
import { graphNodesOf, type TaskFacts } from "./task-facts.ts";
import type { KnownOverlaps } from "./paths-overlap.ts";
import { WriteClaims, type HeldBackTask } from "./write-claims.ts";

export type ReadyTasks = {
  /** May start now, most urgent first. */
  readonly ready: readonly TaskId[];
  /** Become ready when the task that holds them back is done. */
  readonly heldBack: readonly HeldBackTask[];
};

/**
 * Which tasks may start now, and in which order: larger priority, then the longer chain of tasks that wait for it, then age,
 * then the given order. A task is ready when it is `pending` or `ready` and each of its dependencies is `completed`. Two
 * tasks that may write the same file, or belong to the same batch, never run at once: the later one is held back.
 *
 * O(n log n) in tasks and dependencies; `Schedule` gives the same for tasks that change one by one. Pure: the same facts
 * always give the same order.
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function readyTasks(tasks: readonly TaskFacts[]): ReadyTasks {
  const completed = new Set(tasks.filter(({ status }) => status === "completed").map(({ id }) => id));
  const startable = tasks.filter((task) => isStartable(task, completed));
  return withoutClashes(startable.toSorted(byUrgency(chainsOf(tasks))), tasks.filter(isWriting));
}

const isStartable = ({ status, dependsOn }: TaskFacts, completed: ReadonlySet<TaskId>): boolean =>
  (status === "pending" || status === "ready") && dependsOn.every((id) => completed.has(id));

/** Of every task that is still to be done, the length of the longest chain that waits for it, itself included. */
export const chainsOf = (tasks: readonly TaskFacts[]): ReadonlyMap<string, number> =>
  longestBelow(graphNodesOf(tasks.filter(({ status }) => status !== "completed" && status !== "cancelled")), () => 1);

export const byUrgency =
  (chains: ReadonlyMap<string, number>) =>
  (a: TaskFacts, b: TaskFacts): number =>
    b.priority - a.priority || (chains.get(b.id) ?? 0) - (chains.get(a.id) ?? 0) || a.createdAt - b.createdAt;

/** Dispatched and not yet merged: it keeps what it may write, whatever is more urgent now. */
export const isWriting = ({ status }: TaskFacts): boolean => isActive(status) || status === "ready";

type Limits = {
  /** Look no further when so many may start. Default: look at all. */
  readonly room?: number;
  readonly overlaps?: KnownOverlaps;
};

export function withoutClashes(
  ordered: Iterable<TaskFacts>,
  writing: Iterable<TaskFacts>,
  { room = Infinity, overlaps }: Limits = {},
): ReadyTasks {
  const claims = new WriteClaims(overlaps);
  for (const task of writing) claims.claim(task);
  const ready: TaskId[] = [];
  const heldBack: HeldBackTask[] = [];
  for (const task of ordered) {
    if (ready.length >= room) break;
    const clash = claims.clashOf(task);
    if (clash === undefined) {
      claims.claim(task);
      ready.push(task.id);
    } else heldBack.push(clash);
  }
  return { ready, heldBack };
}
