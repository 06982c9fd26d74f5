import { spentBudget } from "../../domain/budget/budget.ts";
import { hasPrice } from "../../domain/budget/model-alias.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import { capsOfTurn, conversationLimitUsd, unpricedModel } from "./caps.ts";
import { budgetExceeded, findSpent, type Spender } from "./spending.ts";

/**
 * Why the budgets of a job allow no question to a model that costs something. A question is small and is paid when it is answered: a
 * limit may be passed by those in flight, and by no more.
 * @returns one line; `undefined` when nothing stands against it
 */
export async function supervisorBudgetObjection(
  services: Spender,
  model: string,
  { jobId, taskId }: { readonly jobId: JobId; readonly taskId?: TaskId },
): Promise<string | undefined> {
  const job = await services.state.jobs.get(jobId);
  const caps = await capsOfTurn(services, job, taskId);
  if (conversationLimitUsd(caps, taskId !== undefined) === undefined) return undefined;
  if (!caps.allowsUnpriced && !hasPrice(model, services.now(), services.projectBudget.prices)) {
    return unpricedModel(model, "supervisor.model").message;
  }
  const spent = await findSpent(services, job, taskId);
  return spent && budgetExceeded(spentBudget(spent), job).message;
}
