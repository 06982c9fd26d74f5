import type { TaskId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";

/** What needs a task and has not begun. */
export const needing = (tasks: readonly Task[], id: TaskId): readonly Task[] =>
  tasks.filter(({ status, dependsOn }) => status === "pending" && dependsOn.includes(id));
