import { TuttiError } from "../../domain/errors.ts";
import { isJobOver } from "../../domain/job-status.ts";
import type { Job, Task } from "../../domain/model.ts";
import { isSettled } from "../../domain/task-status.ts";
import { checkPrices } from "../budget/caps.ts";
import type { Services } from "../services.ts";

/** What a person may change of a job before it goes on. */
export type ResumeChanges = { readonly maxCostUsdPerJob?: number };

/**
 * Lets a job be driven again: also one that failed because its drive did, before its tasks had come to an end. Nothing is
 * changed when it can't be.
 * @throws {TuttiError} `INPUT_INVALID` when nothing of it is left to do, `MODEL_UNPRICED`
 */
export async function resumeJob(services: Services, job: Job, { maxCostUsdPerJob }: ResumeChanges): Promise<void> {
  const { jobs, tasks } = services.state;
  const isOver = isJobOver(job.status);
  const known = isOver ? await tasks.list(job.id) : [];
  const isCutShort =
    job.status === "failed" && (job.strategy === "workflow" || known.some(({ status }) => !isSettled(status)));
  // Its rollback was cut short: the coordinator carries it to its end, and sees what is left to do then.
  if (isOver && (await services.state.rollbacks.pending(job.id)) !== undefined) return;
  if (isOver && !isCutShort) throw nothingToResume(job, known);
  if (maxCostUsdPerJob !== undefined) {
    checkPrices(services, { ...job.options, maxCostUsdPerJob });
    await jobs.setBudget(job.id, maxCostUsdPerJob);
  }
  if (isOver) await jobs.reopen(job.id, "resumed");
}

function nothingToResume({ id, status }: Job, tasks: readonly Task[]): TuttiError {
  const afterFailure =
    tasks.length === 0
      ? 'It was never planned, start anew: tutti run "<goal>"'
      : `Try its failed tasks again: tutti retry ${id}`;
  return new TuttiError("INPUT_INVALID", `Job ${id} is ${status}: there is nothing to resume`, {
    hint: status === "failed" ? afterFailure : `See its report: tutti job show ${id}`,
  });
}
