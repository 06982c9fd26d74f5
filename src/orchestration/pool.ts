import { hostname } from "node:os";

import { asJobId, type JobId } from "../domain/ids.ts";
import { isSettled } from "../domain/task-status.ts";
import type { Job } from "../domain/model.ts";
import type { WorkerProcess } from "../state/fleet.ts";
import { isDriven } from "./is-driven.ts";
import { pacedWatch } from "./paced-watch.ts";
import { defaultAccount, type Services } from "./services.ts";
import type { OwnProcess } from "./worker.ts";

/** Stands where a worker's job does: it is there for every job of the project. No job can have this id. */
const everyJob = asJobId("*");

type Looking = Pick<Services, "state" | "place">;

/** The living workers that have joined this project's pool, at work or not. Those of this machine that died are struck off. */
export async function livePool({ state, place }: Looking): Promise<readonly WorkerProcess[]> {
  const living: WorkerProcess[] = [];
  for (const worker of await state.fleet.liveWorkers(everyJob)) {
    const isHere = worker.host === hostname();
    if (!isHere || (await place.isAlive({ pid: worker.pid, startTime: worker.pidStart }))) living.push(worker);
    else await state.fleet.workerStopped(worker.id, "died");
  }
  return living;
}

export type PoolMember = {
  readonly services: Services;
  readonly own: OwnProcess;
  readonly stop: AbortSignal;
  /** Works in one job until nothing is left to do there, or until `stop`. */
  readonly workIn: (jobId: JobId, stop: AbortSignal) => Promise<void>;
};

const lookAgainMs = 1_000;

/** A worker for all jobs of a project: goes from job to job, wherever the most urgent task waits, until `stop`. */
export async function joinPool({ services, own, stop, workIn }: PoolMember): Promise<void> {
  const { state, workerId } = services;
  await state.fleet.workerStarted({ id: workerId, jobId: everyJob, kind: "joined", ...own });
  const changes = pacedWatch(state.events.watch());
  try {
    while (!stop.aborted) {
      const job = (await state.pauses.isPaused(defaultAccount)) ? undefined : await nextJob(services);
      if (job === undefined) await changes.wait({ timeoutMs: lookAgainMs, signal: stop });
      else await workIn(job.id, stop);
    }
  } finally {
    await state.fleet.workerStopped(workerId, "stopped");
  }
}

/** Where the most urgent task waits; among equals the oldest job. */
async function nextJob({ state, repo }: Services): Promise<Job | undefined> {
  let best: { readonly job: Job; readonly priority: number } | undefined;
  for (const job of (await state.jobs.list(repo.root, "running")).toReversed()) {
    if (job.isPauseRequested) continue;
    const { count, priority } = await state.tasks.waiting(job.id);
    if (count > 0 && priority > (best?.priority ?? 0)) best = { job, priority };
  }
  return best?.job;
}

/** Jobs of programs that nobody drives and whose tasks wait: a coordinator for all jobs takes them up. */
export async function orphanedJobs(services: Pick<Services, "state" | "repo" | "place">): Promise<readonly Job[]> {
  const { state, repo } = services;
  const jobs = (await state.jobs.list(repo.root, "running")).filter(
    ({ strategy, isPauseRequested }) => strategy === "manual" && !isPauseRequested,
  );
  const open = await Promise.all(jobs.map(async (job) => ((await isOrphaned(job)) ? [job] : [])));
  return open.flat();

  async function isOrphaned({ id }: Job): Promise<boolean> {
    if (await isDriven(services, id)) return false;
    return [...(await state.tasks.countByStatus(id)).keys()].some((status) => !isSettled(status));
  }
}
