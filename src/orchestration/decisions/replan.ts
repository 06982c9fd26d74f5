import { TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { AttemptDecision, Job, Replacement, Task } from "../../domain/model.ts";
import { addTasks } from "../../domain/plan/add-tasks.ts";
import { planError } from "../../domain/plan/parse-plan.ts";
import { planSchema, type PlanTask } from "../../domain/plan/plan-schema.ts";
import { withoutTask } from "../../domain/plan/without-task.ts";
import { schemaProblems } from "../../domain/plan/schema-problems.ts";
import { marked, materialRule } from "../../supervision/prompts/material.ts";
import type { DecisionRequest } from "./decision-evidence.ts";
import type { JobDesk } from "../desk.ts";
import { checkGates } from "../jobs/manual-jobs.ts";
import { askManager, type ManagersAnswer } from "./ask-manager.ts";
import { needing } from "./take-place.ts";

/** Has the manager find another way around a task that failed for good: tasks in its place, and other words for what has not begun. */
export async function replan(
  desk: JobDesk,
  request: DecisionRequest,
): Promise<ManagersAnswer<Pick<AttemptDecision, "replacement">>> {
  const { state } = desk.services;
  const [failed, tasks] = await Promise.all([state.tasks.get(request.lease.taskId), state.tasks.list(desk.job.id)]);
  const { job } = desk;
  const read = (answer: Json | undefined) => ({ replacement: replacementOf({ job, failed, tasks }, answer) });
  return askManager(desk, { request, about: "replan", goal: goalOf({ failed, tasks }, request) }, read);
}

type Standing = { readonly failed: Task; readonly tasks: readonly Task[] };

function goalOf({ failed, tasks }: Standing, { outcome, proof }: DecisionRequest): string {
  const why = outcome.error?.message ?? proof?.problems.join(" ") ?? "";
  const others = needing(tasks, failed.id);
  const done = tasks.filter(({ status }) => status === "completed");
  const listed = (some: readonly Task[]): string => some.map(({ key, spec }) => `- ${key}: ${spec.title}`).join("\n");
  return [
    `A task of a plan has failed for good, and other tasks need it. Find another way: plan the tasks that take its place.`,
    `Give them keys of their own. To give a task that has not begun other instructions, name it by its own key with its whole new prompt.`,
    `Tasks that need the failed one will wait for the new tasks instead. ${materialRule}`,
    `# The task that failed: ${failed.key}\n${failed.spec.title}\n${failed.spec.prompt}`,
    `# What was last wrong\n${why === "" ? "Nobody knows." : marked(why)}`,
    `# Tasks that need it and have not begun\n${others.map(({ key, spec }) => `- ${key}: ${spec.title}\n  ${spec.prompt}`).join("\n")}`,
    ...(done.length === 0 ? [] : [`# Tasks that are done\n${listed(done)}`]),
  ].join("\n\n");
}

/** @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE` */
export function replacementOf(
  { job, failed, tasks }: Standing & { readonly job: Pick<Job, "id" | "options"> },
  answer: Json | undefined,
): Replacement {
  const parsed = planSchema.safeParse(answer);
  if (!parsed.success) throw planError(schemaProblems(parsed.error.issues, answer), {});
  const waiting = new Set(tasks.filter(({ status }) => status === "pending").map(({ key }) => key));
  const isChange = ({ key }: PlanTask): boolean => waiting.has(key);
  const fresh = parsed.data.tasks.filter((task) => !isChange(task));
  if (fresh.length === 0) {
    throw new TuttiError(
      "PLAN_INVALID",
      `No task takes the place of ${failed.key}: there has to be at least one new one`,
    );
  }
  checkGates(job.options, fresh);
  const keys = fresh.map(({ key }) => key);
  const known = tasks.map((task) => withoutTask(task.spec, failed.key, keys)).filter(({ key }) => key !== failed.key);
  const { added } = addTasks(job.id, known, fresh);
  return { added, changed: parsed.data.tasks.filter(isChange).map(({ key, prompt }) => ({ key, prompt })) };
}
