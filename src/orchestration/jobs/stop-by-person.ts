import { TuttiError } from "../../domain/errors.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import { isJobOver } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import { isSettled } from "../../domain/task-status.ts";
import { pausedByPerson } from "../../state/jobs/jobs.ts";
import { cancellable } from "./choose-tasks.ts";
import { isDriven } from "../coordinator/is-driven.ts";
import { endMerges } from "../integration/end-merges.ts";
import type { Services } from "../services.ts";
import { cancelJob, cancelTasks } from "./stop-job.ts";

const reason = "cancelled by a person";

/** @throws {TuttiError} `INPUT_INVALID` when it is too late, `TASK_UNKNOWN` */
export async function cancelByPerson(
  services: Services,
  jobId: JobId,
  keys: readonly string[] | undefined,
): Promise<readonly TaskId[]> {
  const { jobs, tasks } = services.state;
  const known = await tasks.list(jobId);
  if (keys === undefined) {
    const job = await jobs.get(jobId);
    // A death may have left something of it.
    const isCutShort = job.status === "cancelled" && known.some(({ status }) => !isSettled(status));
    if (!isCutShort) refuseWhenOver(job, "cancel");
    return [...(await cancelJob(services, jobId, reason)), ...(await endMerges(services, jobId, reason))];
  }
  const chosen = keys.map((key) => cancellable(known, key));
  return cancelTasks(services, chosen, reason);
}

/** @throws {TuttiError} `INPUT_INVALID` when it is over */
export async function pauseByPerson(services: Services, job: Job): Promise<void> {
  refuseWhenOver(job, "pause");
  const { jobs } = services.state;
  await jobs.requestPause(job.id);
  if (!(await isDriven(services, job.id))) await jobs.setStatus(job.id, "paused", pausedByPerson);
}

function refuseWhenOver({ id, status }: Job, verb: "cancel" | "pause"): void {
  if (!isJobOver(status)) return;
  throw new TuttiError("INPUT_INVALID", `Job ${id} is ${status}: there is nothing to ${verb}`);
}
