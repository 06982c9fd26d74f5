import { TuttiError } from "../../domain/errors.ts";
import type { Task } from "../../domain/model.ts";
import { isSettled } from "../../domain/task-status.ts";

/** What a person may give another start. */
export const isRetryable = (task: Task): boolean =>
  task.status === "failed" || (task.status === "waiting" && task.waitsFor === "person");

/** @throws {TuttiError} `TASK_UNKNOWN`, `INPUT_INVALID` when it is too late */
export function cancellable(tasks: readonly Task[], key: string): Task {
  const task = tasks.find((candidate) => candidate.key === key);
  if (task === undefined) throw unknownTask(tasks, key);
  if (!isSettled(task.status) && task.status !== "integrating") return task;
  const what = task.status === "integrating" ? "being merged" : task.status;
  throw new TuttiError("INPUT_INVALID", `Task ${key} is ${what}: it can't be cancelled any more`);
}

function unknownTask(tasks: readonly Task[], key: string): TuttiError {
  const known = tasks.map((candidate) => candidate.key).join(", ");
  return new TuttiError("TASK_UNKNOWN", `The job has no task "${key}"`, { hint: `Its tasks: ${known}` });
}

/** @throws {TuttiError} `TASK_UNKNOWN`, `INPUT_INVALID` when it neither failed nor waits for a person */
export function retryable(tasks: readonly Task[], key: string): Task {
  const task = tasks.find((candidate) => candidate.key === key);
  if (task === undefined) throw unknownTask(tasks, key);
  if (isRetryable(task)) return task;
  throw new TuttiError(
    "INPUT_INVALID",
    `Task ${key} is ${task.status}: only failed and waiting tasks can be tried again`,
  );
}
