import { createHash } from "node:crypto";

import {
  ingredientDigests,
  resultIngredients,
  resultKey,
  type IngredientDigests,
} from "../../domain/cache/result-key.ts";
import type { TaskId } from "../../domain/ids.ts";
import type { Job, Task } from "../../domain/model.ts";
import type { Plan, PlanTask } from "../../domain/plan/plan-schema.ts";
import { topologicalLevels } from "../../domain/plan/topological-levels.ts";
import { treeOf } from "../../workspace/index.ts";
import type { Services } from "../services.ts";

/** Under which key a task's result is stored and looked for, and what the key is made of. */
export type ResultIdentity = { readonly key: string; readonly ingredients: IngredientDigests };

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

type KeyContext = { readonly services: Services; readonly job: Pick<Job, "baseCommit" | "options"> };

async function identityOf(
  { services, job }: KeyContext,
  spec: PlanTask,
  dependencyKeys: readonly string[],
): Promise<ResultIdentity> {
  const baseTree = await treeOf(services.repo, job.baseCommit);
  const ingredients = resultIngredients({ spec, settings: job.options, baseTree, dependencyKeys });
  const digests = ingredientDigests(ingredients, sha256);
  return { key: resultKey(digests, sha256), ingredients: digests };
}

/**
 * Of a task whose dependencies are completed. Their keys can't change any more and are remembered in the state, so that a
 * long chain is walked once.
 */
export async function resultIdentity(context: KeyContext, task: Task): Promise<ResultIdentity> {
  const dependencyKeys: string[] = [];
  for (const id of task.dependsOn) dependencyKeys.push(await rememberedKey(context, id));
  return identityOf(context, task.spec, dependencyKeys);
}

async function rememberedKey(context: KeyContext, id: TaskId): Promise<string> {
  const { results, tasks } = context.services.state;
  const known = await results.keyOf(id);
  if (known !== undefined) return known;
  const { key } = await resultIdentity(context, await tasks.get(id));
  await results.noteKey(id, key);
  return key;
}

/**
 * Of every task of a plan, by the task's key. Nothing has to be carried out for it: keys are made of what is asked for.
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export async function planIdentities(
  context: KeyContext,
  plan: Pick<Plan, "tasks">,
): Promise<ReadonlyMap<string, ResultIdentity>> {
  const identities = new Map<string, ResultIdentity>();
  for (const task of topologicalLevels(plan.tasks).flat()) {
    const dependencyKeys = task.dependsOn.flatMap((key) => identities.get(key)?.key ?? []);
    identities.set(task.key, await identityOf(context, task, dependencyKeys));
  }
  return identities;
}
