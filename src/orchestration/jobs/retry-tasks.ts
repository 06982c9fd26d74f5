import type { JobId } from "../../domain/ids.ts";
import { isJobOver } from "../../domain/job-status.ts";
import { releasedTasks } from "../../domain/schedule/blocked-tasks.ts";
import { factsOf } from "../../domain/schedule/task-facts.ts";
import type { StateManager } from "../../state/state-manager.ts";
import { isRetryable, retryable } from "./choose-tasks.ts";

/** What a person may change of tasks before they are tried again. */
export type RetryChanges = {
  /** New prompts, by key. */
  readonly prompts?: ReadonlyMap<string, string> | undefined;
  /** What each of them may cost from now on, what it has cost included. */
  readonly maxCostUsdPerTask?: number | undefined;
};

export type TaskRetry = {
  readonly jobId: JobId;
  /** None: every task that failed or waits for a person. */
  readonly keys: readonly string[];
  readonly changes: RetryChanges;
};

/**
 * Gives tasks that failed or wait another start, and what they block with them. The next drive carries them out.
 * @returns the keys of those that were chosen
 * @throws {TuttiError} `TASK_UNKNOWN`, `INPUT_INVALID`
 */
export async function retryTasks(state: StateManager, { jobId, keys, changes }: TaskRetry): Promise<readonly string[]> {
  const { prompts, maxCostUsdPerTask: budgetUsd } = changes;
  const tasks = await state.tasks.list(jobId);
  const chosen = keys.length === 0 ? tasks.filter(isRetryable) : keys.map((key) => retryable(tasks, key));
  const begun: string[] = [];
  for (const { id, key } of chosen) {
    const reason = "retried by a person";
    if (await state.tasks.retry(id, { reason, prompt: prompts?.get(key), budgetUsd })) begun.push(key);
    // Somebody has answered since: say what it is now.
    else if (keys.length > 0) retryable(await state.tasks.list(jobId), key);
  }
  const facts = (await state.tasks.list(jobId)).map(factsOf);
  for (const id of releasedTasks(facts)) {
    await state.tasks.retry(id, { reason: "what it needs is tried again" });
  }
  const job = await state.jobs.get(jobId);
  if (begun.length > 0 && isJobOver(job.status)) await state.jobs.reopen(jobId, "tasks are tried again");
  return begun;
}
