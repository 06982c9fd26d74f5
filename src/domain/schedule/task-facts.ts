import type { TaskId } from "../ids.ts";
import type { TaskStatus } from "../task-status.ts";

/** What scheduling needs to know of a task. */
export type TaskFacts = {
  readonly id: TaskId;
  readonly status: TaskStatus;
  readonly dependsOn: readonly TaskId[];
  /** Larger starts first; 1 to 10. */
  readonly priority: number;
  /** When it was created, in milliseconds since the Unix epoch. Equal ages keep the given order. */
  readonly createdAt: number;
  /** Repository paths that it promises to write. */
  readonly expectedOutputs?: readonly string[];
};

/** A task as a node of the graph algorithms. */
export const graphNodesOf = (tasks: readonly TaskFacts[]) =>
  tasks.map((task) => ({ key: task.id, dependsOn: task.dependsOn, task }));
