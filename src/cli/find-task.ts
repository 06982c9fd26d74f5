import { TuttiError } from "../domain/errors.ts";
import type { Task } from "../domain/model.ts";
import type { Application } from "../orchestration/application.ts";
import { oneLine } from "./render/terminal-text.ts";

/**
 * A task as a person names it.
 * @param wanted - `<job>/<key>`, where the beginning of the job's id is enough, or the key of a task of the newest job
 * @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`
 */
export async function findTask(application: Pick<Application, "job" | "tasks">, wanted: string): Promise<Task> {
  const slash = wanted.lastIndexOf("/");
  const job = await application.job(slash === -1 ? undefined : wanted.slice(0, slash));
  const key = wanted.slice(slash + 1);
  const tasks = await application.tasks(job.id);
  const task = tasks.find((candidate) => candidate.key === key);
  if (task !== undefined) return task;
  const known = tasks.map((candidate) => candidate.key).join(", ");
  throw new TuttiError("TASK_UNKNOWN", `Job ${job.id} has no task "${oneLine(key)}"`, {
    hint: known === "" ? "It has no tasks yet" : `Its tasks: ${known}`,
    context: { job: job.id, task: key },
  });
}
