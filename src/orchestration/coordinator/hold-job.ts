import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import { endMerges } from "../integration/end-merges.ts";
import { recoverJob } from "./recovery.ts";
import type { Services } from "../services.ts";
import type { OwnProcess } from "../workers/worker.ts";

export type Holding = { readonly services: Services; readonly jobId: JobId; readonly own: OwnProcess };

/**
 * Acts as the one coordinator of a job, by a lease in the state; what an earlier one left is recovered first.
 * @param act - `lost` aborts when another coordinator has taken the job over
 * @throws {TuttiError} `JOB_BUSY` when another coordinator has the job
 */
export async function holdJob<Result>(holding: Holding, act: (lost: AbortSignal) => Promise<Result>): Promise<Result> {
  const { services, jobId, own } = holding;
  // Known before it holds the job, so that whoever comes after its death can see that it is dead.
  await services.state.fleet.workerStarted({ id: services.workerId, jobId, kind: "coordinator", ...own });
  try {
    await becomeCoordinator(holding);
    return await renewing(holding, act);
  } finally {
    await giveUpJob(services, jobId);
  }
}

/**
 * Not while a slot is still ours: something goes on in it, and whoever finds this process gone recovers it first. Whoever cancelled
 * the job while we held it has left its merges to us; behind the release, so that none of them falls between us and the next.
 */
async function giveUpJob(services: Services, jobId: JobId): Promise<void> {
  const { state, workerId } = services;
  const slots = await state.fleet.slots(jobId);
  if (slots.some((slot) => slot.workerId === workerId)) return;
  await state.fleet.workerStopped(workerId, "stopped");
  await state.jobs.releaseCoordinator(jobId, workerId);
  await endMerges(services, jobId, "the job was cancelled");
}

/** Takes the job; from a holder that is dead on this machine at once, otherwise only when its lease has ended. */
async function becomeCoordinator({ services, jobId, own }: Holding): Promise<void> {
  const { state, place, workerId } = services;
  const { leaseMs } = (await state.jobs.get(jobId)).options;
  const claim = { workerId, leaseMs };
  const refused = await state.jobs.acquireCoordinator(jobId, claim);
  if (refused === undefined) return;
  const holder = (await state.fleet.liveWorkers(jobId)).find(({ id }) => id === refused.heldBy);
  // Every holder is known while it is at work: one that isn't has stopped, and only its lease is left.
  const isGone =
    holder === undefined ||
    (holder.host === own.host && !(await place.isAlive({ pid: holder.pid, startTime: holder.pidStart })));
  if (isGone) {
    await state.jobs.releaseCoordinator(jobId, refused.heldBy);
    if ((await state.jobs.acquireCoordinator(jobId, claim)) === undefined) return;
  }
  throw new TuttiError("JOB_BUSY", `Another coordinator is already on job ${jobId}`, {
    hint: holder === undefined ? "Wait for it to end" : `Watch it, or stop process ${holder.pid} on ${holder.host}`,
    context: { job: jobId, holder: refused.heldBy },
  });
}

/** Renews the lease while it acts; who slept past its end and finds another coordinator leaves the job to it. */
async function renewing<Result>(
  { services, jobId, own }: Holding,
  act: (lost: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { leaseMs } = (await services.state.jobs.get(jobId)).options;
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const refused = await services.state.jobs.acquireCoordinator(jobId, { workerId: services.workerId, leaseMs });
    if (refused !== undefined) lost.abort(jobTakenOver(jobId, refused.heldBy));
  };
  const onError = (error: unknown): void =>
    services.logger.warn("the coordinator's lease was not renewed", { error: String(error) });
  const timer = setInterval(() => void renew().catch(onError), leaseMs / 3);
  try {
    await recoverJob(services, jobId, own);
    services.fault("coordinator.started");
    return await act(lost.signal);
  } finally {
    clearInterval(timer);
  }
}

const jobTakenOver = (jobId: JobId, holder: string): TuttiError =>
  new TuttiError("JOB_BUSY", `Another coordinator has taken job ${jobId} over`, {
    hint: "This process did not renew its lease in time: was the machine asleep?",
    context: { job: jobId, holder },
  });
