import { isOverdrawn, leftUsd, type Budget, type BudgetLevel, type SpentBudget } from "../../domain/budget/budget.ts";
import { partExceeded } from "../../domain/budget/part-limit.ts";
import { TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { Job } from "../../domain/model.ts";
import type { BudgetPlace } from "../../state/budgets/budgets.ts";
import { capsOfTurn } from "./caps.ts";
import type { Services } from "../services.ts";

export type Spender = Pick<Services, "state" | "projectBudget" | "now">;

/** The outermost level that has cost all that it may, turns that still run included; `undefined` while there is something left. */
export async function findSpent(
  services: Spender,
  job: Job,
  taskId?: BudgetPlace["taskId"],
): Promise<Budget | undefined> {
  return (await readChain(services, job, taskId)).find((budget) => leftUsd(budget) <= 0);
}

/** The outermost level at which turns under way may not go on; one that they used up, each within what it set aside, is none. */
export async function findOverdrawn(
  services: Spender,
  job: Job,
  taskId?: BudgetPlace["taskId"],
): Promise<Budget | undefined> {
  return (await readChain(services, job, taskId)).find(isOverdrawn);
}

async function readChain(services: Spender, job: Job, taskId: BudgetPlace["taskId"]): Promise<readonly Budget[]> {
  const place = { jobId: job.id, ...(taskId === undefined ? {} : { taskId }) };
  return services.state.reservations.chain(place, await capsOfTurn(services, job, taskId));
}

/** Whether the job, or its project, has cost all that it may. */
export const isBudgetSpent = async (services: Spender, job: Job): Promise<boolean> =>
  (await findSpent(services, job)) !== undefined;

/**
 * Why a turn is not begun, or not gone on with. A job or a project that has used up its limit pauses; a task waits for a person
 * while the others go on; in a part of a workflow the task fails, and the workflow decides.
 */
export function budgetExceeded(spent: SpentBudget, { id }: Pick<Job, "id">): TuttiError {
  const { level, limitUsd, part, isUnknown } = spent;
  if (part !== undefined && !isUnknown) return partExceeded({ path: part.path, limitUsd });
  const what = isUnknown
    ? `Nobody knows what the ${level} has cost, because a turn's model has no price; its limit is ${limitUsd} USD.`
    : `The ${level} has used up its limit of ${limitUsd} USD.`;
  return new TuttiError("BUDGET_EXCEEDED", what, {
    failureClass: level === "task" || level === "part" ? "permanent" : "exhausted",
    hint: isUnknown ? "Set budget.allowUnpriced: true to count such turns as nothing" : hints[level](id),
    context: { level, limitUsd, ...(part === undefined ? {} : { path: part.path }) },
  });
}

const hints: Readonly<Record<BudgetLevel, (jobId: string) => string>> = {
  project: (jobId) => `Raise budget.maxCostUsdPerProject in the settings, then: tutti resume ${jobId}`,
  job: (jobId) => `Allow it more: tutti resume ${jobId} --max-cost <usd>`,
  part: () => "Give flow.budget a larger limit, or leave work out",
  task: (jobId) => `Allow it more: tutti retry ${jobId} <task> --max-cost-per-task <usd>`,
};

/** A task has cost all that it may; its job has not. */
export const isOverTaskBudget = ({ code, context }: ErrorJson): boolean =>
  code === "BUDGET_EXCEEDED" && context["level"] === "task";

/** A part of a workflow has cost all that it may: what ends of it has the workflow's limit as its cause, and the workflow knows. */
export const isOverPartBudget = ({ code, context }: ErrorJson): boolean =>
  code === "BUDGET_EXCEEDED" && context["level"] === "part";

/** The account's own quota, credit or login has ended: not the budget of one job. */
export const isAccountExhausted = ({ code, failureClass }: ErrorJson): boolean =>
  failureClass === "exhausted" && code !== "BUDGET_EXCEEDED";
