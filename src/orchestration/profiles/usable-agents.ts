import { findProfile, type ProfileSet } from "../../domain/agent/profile-set.ts";
import { brokenPromise } from "../../domain/agent/task-access.ts";
import type { Plan, PlanTask } from "../../domain/plan/plan-schema.ts";

export type UsablePlan = {
  readonly plan: Plan;
  /** What was changed and why, a sentence each. */
  readonly notes: readonly string[];
};

/**
 * A model may name agents that there are not. That is no reason to have it plan again: the plain agent does such a task.
 * @param isTemplate - whether a name chooses a prompt template of the project
 */
export function withUsableAgents(plan: Plan, set: ProfileSet, isTemplate: (name: string) => boolean): UsablePlan {
  const notes: string[] = [];
  const tasks = plan.tasks.map((task): PlanTask => {
    const why = whyUnusable(task, set, isTemplate);
    if (why === undefined) return task;
    const { agent, ...plain } = task;
    notes.push(`The plan gave ${task.key} to the agent "${agent ?? ""}": ${why}. The plain agent does it.`);
    return plain;
  });
  return { plan: { ...plan, tasks }, notes };
}

function whyUnusable(task: PlanTask, set: ProfileSet, isTemplate: (name: string) => boolean): string | undefined {
  if (task.agent === undefined || isTemplate(task.agent)) return undefined;
  const profile = findProfile(set, task.agent);
  return profile === undefined ? "there is no such profile" : brokenPromise(task, profile);
}
