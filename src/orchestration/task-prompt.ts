import { taskIdOf, type TaskId } from "../domain/ids.ts";
import type { Task } from "../domain/model.ts";
import type { PlanTask } from "../domain/plan/plan-schema.ts";
import type { BegunAttempt, TaskLease } from "../state/begin-attempt.ts";
import { forkedPrompt, workerPrompt, type WorkerPromptFacts } from "../supervision/prompts/worker-prompt.ts";
import { gatesOfTask } from "../supervision/run-gates.ts";
import type { JobDesk } from "./desk.ts";

/** The prompt of an attempt whose conversation is empty, from what the state knows: all that there is to know. */
export async function promptForAttempt(desk: JobDesk, lease: TaskLease, begun: BegunAttempt): Promise<string> {
  return workerPrompt(await factsOfAttempt(desk, lease, begun));
}

/** The prompt of an attempt whose conversation is a fork of another's, which knows that one's task already. */
export async function promptForFork(
  desk: JobDesk,
  { lease, begun }: { readonly lease: TaskLease; readonly begun: BegunAttempt },
  known: TaskId,
): Promise<string> {
  const facts = await factsOfAttempt(desk, lease, begun);
  const isKnown = (key: string | undefined): boolean => key !== undefined && taskIdOf(desk.job.id, key) === known;
  return forkedPrompt({
    ...facts,
    dependencies: facts.dependencies.filter(({ key }) => !isKnown(key)),
    parent: isKnown(facts.spec.parent) ? undefined : facts.parent,
    baseCommit: begun.baseCommit,
  });
}

async function factsOfAttempt(desk: JobDesk, lease: TaskLease, begun: BegunAttempt): Promise<WorkerPromptFacts> {
  const { state } = desk.services;
  const [task, job] = await Promise.all([state.tasks.get(lease.taskId), state.jobs.get(desk.job.id)]);
  return {
    goal: job.goal,
    planSummary: job.plan?.summary ?? "",
    spec: task.spec,
    attempt: begun.number,
    dependencies: await Promise.all(task.dependsOn.map((id) => dependencyResult(desk, id))),
    parent: await parentOf(desk, task),
    feedback: begun.feedback,
    gates: gatesFor(desk, task.spec),
  };
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
