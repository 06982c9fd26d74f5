import { hasPrice } from "../domain/budget/model-alias.ts";
import { periodStart } from "../domain/budget/budget-period.ts";
import { TuttiError } from "../domain/errors.ts";
import type { Job } from "../domain/model.ts";
import type { JobSettings } from "../domain/settings.ts";
import type { Caps } from "../state/budgets.ts";
import type { Services } from "./services.ts";

type Budgeted = Pick<Services, "projectBudget" | "now">;
type Limits = Pick<JobSettings, "models" | "maxCostUsdPerJob" | "maxCostUsdPerTask">;

/** The limits in force for a job: its own as they were when it was made or resumed, the project's as they are now. */
export function capsOf({ projectBudget, now }: Budgeted, { options }: Pick<Job, "options">): Caps {
  const { maxCostUsd, period, allowsUnpriced } = projectBudget;
  const { maxCostUsdPerJob, maxCostUsdPerTask } = options;
  return {
    allowsUnpriced,
    projectSince: periodStart(period, now()),
    ...(maxCostUsd === undefined ? {} : { maxCostUsdPerProject: maxCostUsd }),
    ...(maxCostUsdPerJob === undefined ? {} : { maxCostUsdPerJob }),
    ...(maxCostUsdPerTask === undefined ? {} : { maxCostUsdPerTask }),
  };
}

/** What one conversation may cost at the most under the limits, in US dollars; `undefined` without a limit. */
export function conversationLimitUsd(caps: Caps, isOfTask: boolean): number | undefined {
  const { maxCostUsdPerProject, maxCostUsdPerJob, maxCostUsdPerTask } = caps;
  const limits = [maxCostUsdPerProject, maxCostUsdPerJob, isOfTask ? maxCostUsdPerTask : undefined];
  const set = limits.filter((limitUsd) => limitUsd !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

/**
 * Before anything is started: under a limit, every model needs a price.
 * @throws {TuttiError} `MODEL_UNPRICED`
 */
export function checkPrices({ projectBudget, now }: Budgeted, limits: Limits): void {
  const { maxCostUsdPerJob, maxCostUsdPerTask, models } = limits;
  const isCapped = [projectBudget.maxCostUsd, maxCostUsdPerJob, maxCostUsdPerTask].some((cap) => cap !== undefined);
  if (!isCapped || projectBudget.allowsUnpriced) return;
  for (const [role, model] of Object.entries(models)) {
    if (!hasPrice(model, now())) throw unpricedModel(model, `models.${role}.model`);
  }
}

/** @param setting - where the model is named */
export const unpricedModel = (model: string, setting: string): TuttiError =>
  new TuttiError("MODEL_UNPRICED", `${setting}: nobody knows what ${model} costs, so no limit of budget could hold`, {
    hint: `Name a model with a known price, or set budget.allowUnpriced: true to count ${model} as nothing`,
    context: { model, setting },
  });
