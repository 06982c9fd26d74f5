import type { AgentOutcome } from "../agents/port.ts";
import { noUsage, totalUsage, type Usage } from "../domain/budget/usage.ts";
import { errorToJson, TuttiError, type ErrorJson } from "../domain/errors.ts";
import type { TaskId } from "../domain/ids.ts";
import type { Job } from "../domain/model.ts";
import type { StateManager } from "../state/state-manager.ts";

export type Budgets = { readonly state: StateManager; readonly job: Job };

const lookAgainMs = 1_000;

/** Whether the job has cost all that it may, turns that still run included. */
export async function isJobBudgetSpent({ state, job }: Budgets): Promise<boolean> {
  const { maxCostUsdPerJob } = job.options;
  if (maxCostUsdPerJob === undefined) return false;
  return leftOf(maxCostUsdPerJob, await state.sessions.usageOfJob(job.id)) <= 0;
}

/**
 * Has a turn done while the job's budget lasts: whoever uses it up, this turn is interrupted then, and can be resumed.
 * @returns the turn's outcome, or a failure of class `exhausted` with the code `BUDGET_EXCEEDED`
 */
export async function withinJobBudget(
  budgets: Budgets,
  signal: AbortSignal,
  turn: (signal: AbortSignal) => Promise<AgentOutcome>,
): Promise<AgentOutcome> {
  const limitUsd = budgets.job.options.maxCostUsdPerJob;
  if (limitUsd === undefined) return turn(signal);
  const reason = jobBudgetSpent(limitUsd);
  const failure = { error: errorToJson(reason) };
  if (await isJobBudgetSpent(budgets)) return { ...nothingDone, status: "failed", failure };
  const [spent, ended] = [new AbortController(), new AbortController()];
  const watching = watchBudget(budgets, () => spent.abort(reason), AbortSignal.any([signal, ended.signal]));
  try {
    const outcome = await turn(AbortSignal.any([signal, spent.signal]));
    const isCut = outcome.status === "failed" && spent.signal.aborted && !signal.aborted;
    return isCut ? { ...outcome, failure } : outcome;
  } finally {
    ended.abort();
    await watching;
  }
}

const nothingDone = { text: "", usage: noUsage, permissionDenials: [], durationMs: 0 };

async function watchBudget(budgets: Budgets, onSpent: () => void, stop: AbortSignal): Promise<void> {
  const watch = budgets.state.events.watch();
  while (!stop.aborted) {
    if (await isJobBudgetSpent(budgets)) return onSpent();
    await watch.wait({ timeoutMs: lookAgainMs, signal: stop });
  }
}

const jobBudgetSpent = (limitUsd: number): TuttiError =>
  new TuttiError("BUDGET_EXCEEDED", `The job has used up its limit of ${limitUsd} USD.`, {
    failureClass: "exhausted",
    context: { limitUsd },
  });

/**
 * What is left of a task's budget for its next turn, in US dollars, after all of its turns before; `undefined` without a limit.
 * @throws {TuttiError} `BUDGET_EXCEEDED` when nothing is
 */
export async function taskBudgetLeftUsd({ state, job }: Budgets, taskId: TaskId): Promise<number | undefined> {
  const { maxCostUsdPerTask } = job.options;
  if (maxCostUsdPerTask === undefined) return undefined;
  const leftUsd = leftOf(maxCostUsdPerTask, (await state.sessions.usageByTask(job.id)).get(taskId) ?? {});
  if (leftUsd > 0) return leftUsd;
  throw new TuttiError("BUDGET_EXCEEDED", `The task has used up its limit of ${maxCostUsdPerTask} USD.`, {
    context: { limitUsd: maxCostUsdPerTask },
  });
}

/** A cost that nobody knows counts as all that there was: under a cap, unknown is not free. */
function leftOf(limitUsd: number, used: Usage): number {
  const spentUsd = totalUsage(used).costUsd;
  return spentUsd === null ? 0 : limitUsd - spentUsd;
}

/** The account's own quota, credit or login has ended: not the budget of one job. */
export const isAccountExhausted = ({ code, failureClass }: ErrorJson): boolean =>
  failureClass === "exhausted" && code !== "BUDGET_EXCEEDED";
