import { previewRun, type RunPreview } from "../../domain/cache/run-preview.ts";
import { firstModel } from "../../domain/decide/model-of-attempt.ts";
import type { Job, Task } from "../../domain/model.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import type { TaskPrior } from "../../domain/plan/estimate.ts";
import { taskPriorOf } from "../../domain/plan/task-prior.ts";
import { listResultRefs } from "../../workspace/index.ts";
import { planIdentities } from "./result-identity.ts";
import type { Services } from "../services.ts";

/** What the next drive of a job will spend and what it will not; `undefined` while there is no plan. Spends nothing itself. */
export async function previewJob(services: Services, job: Job): Promise<RunPreview | undefined> {
  const { results, tasks: known } = services.state;
  const tasks = await known.list(job.id);
  const specs: readonly PlanTask[] | undefined = tasks.length > 0 ? tasks.map(({ spec }) => spec) : job.plan?.tasks;
  if (specs === undefined) return undefined;
  const keys = specs.map(({ key }) => key);
  const [identities, newest, seen, missed, refs] = await Promise.all([
    planIdentities({ services, job }, { tasks: specs }),
    results.newestOf(keys),
    results.knownTaskKeys(job.id, keys),
    results.missedTasks(job.id),
    listResultRefs(services.repo),
  ]);
  const stored = await results.findAll([...identities.values()].map(({ key }) => key));
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const specOf = new Map(specs.map((spec) => [spec.key, spec]));
  const facts = [...identities].map(([key, identity]) => {
    const task = byKey.get(key);
    const result = stored.get(identity.key);
    const mayReplay =
      job.options.cache !== false && (task === undefined || (task.failures === 0 && !missed.has(task.id)));
    const isHeld = result !== undefined && refs.get(result.key) === result.commit;
    return {
      key,
      ingredients: identity.ingredients,
      progress: progressOf(task),
      result: mayReplay && isHeld ? result : undefined,
      newest: newest.get(key),
      isKnown: seen.has(key),
      prior: usualTask(services, job, specOf.get(key) ?? {}).costUsd,
    };
  });
  return previewRun(facts);
}

/** What a task of a job takes, as far as one knows before it has run, at the prices of the project and of now. */
export const usualTask = (
  { now, projectBudget }: Pick<Services, "now" | "projectBudget">,
  { options }: Pick<Job, "options">,
  task: Pick<PlanTask, "escalate" | "agent">,
): TaskPrior => {
  const profile = task.agent === undefined ? undefined : options.agents?.[task.agent];
  return taskPriorOf(firstModel(task, options, profile), now(), projectBudget.prices);
};

function progressOf(task: Task | undefined): "completed" | "begun" | "none" {
  if (task?.status === "completed") return "completed";
  return task === undefined || task.startedAt === undefined ? "none" : "begun";
}
