import { leftUsd, type Budget, type BudgetLevel } from "../domain/budget/budget.ts";
import { TuttiError, type ErrorJson } from "../domain/errors.ts";
import type { Job } from "../domain/model.ts";
import type { BudgetPlace } from "../state/budgets.ts";
import { capsOf } from "./caps.ts";
import type { Services } from "./services.ts";

export type Spender = Pick<Services, "state" | "projectBudget" | "now">;

/** The outermost level that has cost all that it may, turns that still run included; `undefined` while there is something left. */
export async function findSpent(
  services: Spender,
  job: Job,
  taskId?: BudgetPlace["taskId"],
): Promise<Budget | undefined> {
  const place = { jobId: job.id, ...(taskId === undefined ? {} : { taskId }) };
  const chain = await services.state.reservations.chain(place, capsOf(services, job));
  return chain.find((budget) => leftUsd(budget) <= 0);
}

/** Whether the job, or its project, has cost all that it may. */
export const isBudgetSpent = async (services: Spender, job: Job): Promise<boolean> =>
  (await findSpent(services, job)) !== undefined;

type Spent = { readonly level: BudgetLevel; readonly limitUsd: number; readonly isUnknown: boolean };

/**
 * Why a turn is not begun, or not gone on with. A job or a project that has used up its limit pauses; a task waits for a person
 * while the others go on.
 */
export function budgetExceeded({ level, limitUsd, isUnknown }: Spent, { id }: Pick<Job, "id">): TuttiError {
  const what = isUnknown
    ? `Nobody knows what the ${level} has cost, because a turn's model has no price; its limit is ${limitUsd} USD.`
    : `The ${level} has used up its limit of ${limitUsd} USD.`;
  return new TuttiError("BUDGET_EXCEEDED", what, {
    failureClass: level === "task" ? "permanent" : "exhausted",
    hint: isUnknown ? "Set budget.allowUnpriced: true to count such turns as nothing" : hints[level](id),
    context: { level, limitUsd },
  });
}

const hints: Readonly<Record<BudgetLevel, (jobId: string) => string>> = {
  project: (jobId) => `Raise budget.maxCostUsdPerProject in the settings, then: tutti resume ${jobId}`,
  job: (jobId) => `Allow it more: tutti resume ${jobId} --max-cost <usd>`,
  task: (jobId) => `Allow it more: tutti retry ${jobId} <task> --max-cost-per-task <usd>`,
};

/** A task has cost all that it may; its job has not. */
export const isOverTaskBudget = ({ code, context }: ErrorJson): boolean =>
  code === "BUDGET_EXCEEDED" && context["level"] === "task";

/** The account's own quota, credit or login has ended: not the budget of one job. */
export const isAccountExhausted = ({ code, failureClass }: ErrorJson): boolean =>
  failureClass === "exhausted" && code !== "BUDGET_EXCEEDED";
