import { taskIdOf } from "../domain/ids.ts";
import type { Task } from "../domain/model.ts";
import type { PlanTask } from "../domain/plan/plan-schema.ts";
import type { BegunAttempt, TaskLease } from "../state/begin-attempt.ts";
import { workerPrompt } from "../supervision/prompts/worker-prompt.ts";
import { gatesOfTask } from "../supervision/run-gates.ts";
import type { JobDesk } from "./desk.ts";

/** The whole prompt of an attempt, from what the state knows. */
export async function promptForAttempt(desk: JobDesk, lease: TaskLease, begun: BegunAttempt): Promise<string> {
  const { state } = desk.services;
  const [task, job] = await Promise.all([state.tasks.get(lease.taskId), state.jobs.get(desk.job.id)]);
  const dependencies = await Promise.all(task.dependsOn.map((id) => dependencyResult(desk, id)));
  return workerPrompt({
    goal: job.goal,
    planSummary: job.plan?.summary ?? "",
    spec: task.spec,
    attempt: begun.number,
    dependencies,
    parent: await parentOf(desk, task),
    feedback: begun.feedback,
    gates: gatesFor(desk, task.spec),
  });
}

const gatesFor = (desk: JobDesk, spec: PlanTask) =>
  gatesOfTask(desk.job.options.gates, spec.gates).map(({ name, run }) => ({ name, run }));

async function parentOf(desk: JobDesk, { spec, jobId }: Task) {
  if (spec.parent === undefined) return undefined;
  const id = taskIdOf(jobId, spec.parent);
  const { title, result } = await dependencyResult(desk, id);
  return { title, result, prompt: (await desk.services.state.tasks.get(id)).spec.prompt };
}

async function dependencyResult(desk: JobDesk, id: TaskLease["taskId"]) {
  const { tasks, attempts } = desk.services.state;
  const { key, spec, acceptedAttempt } = await tasks.get(id);
  const attempt = acceptedAttempt === undefined ? undefined : await attempts.get(acceptedAttempt);
  return { key, title: spec.title, result: attempt?.outcome?.text ?? "done" };
}
