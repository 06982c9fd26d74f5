import { hasPrice } from "../../domain/budget/model-alias.ts";
import { periodStart } from "../../domain/budget/budget-period.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { TaskId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { Caps } from "../../state/budgets/budgets.ts";
import type { Services } from "../services.ts";

type Budgeted = Pick<Services, "projectBudget" | "now">;
type Limits = Pick<JobSettings, "models" | "escalate" | "maxCostUsdPerJob" | "maxCostUsdPerTask">;

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

/** The same for a turn of a task, with the limits of the parts of a workflow that the task belongs to. */
export async function capsOfTurn(
  services: Budgeted & Pick<Services, "state">,
  job: Pick<Job, "options" | "strategy">,
  taskId: TaskId | undefined,
): Promise<Caps> {
  const caps = capsOf(services, job);
  if (taskId === undefined || job.strategy !== "workflow") return caps;
  const parts = await services.state.partLimits.of(taskId);
  return parts.length === 0 ? caps : { ...caps, parts };
}

/** What one conversation may cost at the most under the limits, in US dollars; `undefined` without a limit. */
export function conversationLimitUsd(caps: Caps, isOfTask: boolean): number | undefined {
  const { maxCostUsdPerProject, maxCostUsdPerJob, maxCostUsdPerTask, parts = [] } = caps;
  const ofParts = parts.map(({ limitUsd }) => limitUsd);
  const limits = [maxCostUsdPerProject, maxCostUsdPerJob, ...ofParts, isOfTask ? maxCostUsdPerTask : undefined];
  const set = limits.filter((limitUsd) => limitUsd !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

/**
 * Before anything is started: under a limit, every model needs a price.
 * @throws {TuttiError} `MODEL_UNPRICED`
 */
export function checkPrices(
  services: Budgeted,
  limits: Limits,
  tasks: readonly Pick<PlanTask, "escalate">[] = [],
): void {
  const { projectBudget, now } = services;
  const { maxCostUsdPerJob, maxCostUsdPerTask } = limits;
  const isCapped = [projectBudget.maxCostUsd, maxCostUsdPerJob, maxCostUsdPerTask].some((cap) => cap !== undefined);
  if (!isCapped || projectBudget.allowsUnpriced) return;
  for (const { model, setting } of modelsNamed(limits, tasks)) {
    if (!hasPrice(model, now(), projectBudget.prices)) throw unpricedModel(model, setting);
  }
}

type NamedModel = { readonly model: string; readonly setting: string };

function modelsNamed(
  { models, escalate }: Limits,
  tasks: readonly Pick<PlanTask, "escalate">[],
): readonly NamedModel[] {
  const ladder = (rungs: readonly string[] | undefined, setting: string): readonly NamedModel[] =>
    (rungs ?? []).map((model, rung) => ({ model, setting: `${setting}[${rung}]` }));
  return [
    ...Object.entries(models).map(([role, model]) => ({ model, setting: `models.${role}.model` })),
    ...ladder(escalate, "models.worker.escalate"),
    ...tasks.flatMap((task, index) => ladder(task.escalate, `tasks[${index}].escalate`)),
  ];
}

/** @param setting - where the model is named */
export const unpricedModel = (model: string, setting: string): TuttiError =>
  new TuttiError("MODEL_UNPRICED", `${setting}: nobody knows what ${model} costs, so no limit of budget could hold`, {
    hint: `Say in budget.prices what it costs, name another model, or set budget.allowUnpriced: true to count ${model} as nothing`,
    context: { model, setting },
  });
