import type { CommitId, JobId, TaskId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { isDriven } from "../coordinator/is-driven.ts";
import type { Services } from "../services.ts";
import { landIntended } from "./land-intended.ts";

type Ending = Pick<Services, "state" | "place" | "repo" | "logger">;

/**
 * What is left to merge of a job that was cancelled comes to an end too, when nobody is at it: a coordinator that lives does so when it
 * has stopped. What was proven and only had to land lands, as it would have with a coordinator; the rest is cancelled. The commits
 * of all of it are held by refs and stay.
 * @returns ids of the tasks that were cancelled
 */
export async function endMerges(services: Ending, jobId: JobId, reason: string): Promise<readonly TaskId[]> {
  const { state } = services;
  if (!(await isCancelled(services, jobId))) return [];
  const ended: TaskId[] = [];
  for (;;) {
    // Before it is looked at whether it lives: whoever takes the job over since is somebody else.
    const gone = await state.jobs.coordinator(jobId);
    if (await isDriven(services, jobId)) return ended;
    const stray = await landWhatIsIntended(services, jobId);
    const now = await state.integrations.letGo(jobId, { gone, stray, reason });
    if (now.length === 0) return ended;
    ended.push(...now);
  }
}

const isCancelled = async ({ state }: Ending, jobId: JobId): Promise<boolean> =>
  (await state.jobs.get(jobId)).status === "cancelled";

/** @returns commits that can't land: the branch has gone another way */
async function landWhatIsIntended(services: Ending, jobId: JobId): Promise<readonly CommitId[]> {
  const { state, repo, logger } = services;
  const stray: CommitId[] = [];
  for (const task of await state.tasks.list(jobId)) {
    const intended = intendedOf(task);
    if (intended === undefined) continue;
    const { attemptId, evidence } = intended;
    if (!(await landIntended(repo, jobId, evidence.mergedCommit))) {
      stray.push(evidence.mergedCommit);
      continue;
    }
    await state.integrations.complete({ taskId: task.id, attemptId }, evidence);
    logger.info("a merge that was proven landed after its job was cancelled", { task: task.id });
  }
  return stray;
}

function intendedOf({ status, acceptedAttempt: attemptId, evidence }: Task) {
  if (status !== "integrating" || attemptId === undefined || evidence === undefined) return undefined;
  return { attemptId, evidence };
}
