import type { JobId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import { DispatchPermit, type Permitting } from "./dispatch-permit.ts";
import { pacedWatch } from "../coordinator/paced-watch.ts";
import { everyJob } from "./pool.ts";
import type { Services } from "../services.ts";
import type { OwnProcess } from "./worker.ts";

type Looking = Permitting & { readonly repo: Pick<Services["repo"], "root"> };

export type PoolMember = {
  readonly services: Looking;
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
      const job = await nextJob(services);
      if (job === undefined) await changes.wait({ timeoutMs: lookAgainMs, signal: stop });
      else await workIn(job.id, stop);
    }
  } finally {
    await state.fleet.workerStopped(workerId, "stopped");
  }
}

/** Where the most urgent task waits, among equals the oldest job; not where nothing may begin now. */
async function nextJob(services: Looking): Promise<Job | undefined> {
  for (const { job } of await waitingJobs(services)) {
    if (await new DispatchPermit(services, job).isGiven()) return job;
  }
  return undefined;
}

async function waitingJobs({ state, repo }: Looking): Promise<readonly { readonly job: Job }[]> {
  const running = (await state.jobs.list(repo.root, "running")).filter(({ isPauseRequested }) => !isPauseRequested);
  const oldestFirst = await Promise.all(
    running.toReversed().map(async (job) => ({ job, ...(await state.tasks.waiting(job.id)) })),
  );
  return oldestFirst.filter(({ count }) => count > 0).toSorted((a, b) => b.priority - a.priority);
}
