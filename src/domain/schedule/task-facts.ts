import type { TaskId } from "../ids.ts";
import type { Task } from "../model.ts";
import type { JobSettings } from "../settings.ts";
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
  /** Globs of what it may write: its expected outputs and its footprint. Absent: nothing that another must wait for. */
  readonly writes?: readonly string[];
  /** Tasks of one batch go one after another, so that each can go on from the conversation of the one before it. */
  readonly batch?: string;
};

/** A task as a node of the graph algorithms. */
export const graphNodesOf = (tasks: readonly TaskFacts[]) =>
  tasks.map((task) => ({ key: task.id, dependsOn: task.dependsOn, task }));

export const factsOf = (task: Task): TaskFacts => ({
  id: task.id,
  status: task.status,
  dependsOn: task.dependsOn,
  priority: task.priority,
  createdAt: task.position,
  writes: writesOf(task.spec),
  ...(task.spec.batch === undefined ? {} : { batch: task.spec.batch }),
});

/** Where a job lets overlapping tasks run side by side, what they write is nobody's business. */
export const asJobSays = <Facts extends TaskFacts>(facts: Facts, { overlaps }: Pick<JobSettings, "overlaps">): Facts =>
  overlaps === "allow" ? { ...facts, writes: [] } : facts;

/** Everything that a task says it may write. */
export const writesOf = ({ expectedOutputs, footprint = [] }: Task["spec"]): readonly string[] => [
  ...new Set([...expectedOutputs, ...footprint]),
];
