import { hostname } from "node:os";

import { asJobId } from "../../domain/ids.ts";
import { isSettled } from "../../domain/task-status.ts";
import type { Job } from "../../domain/model.ts";
import type { WorkerProcess } from "../../state/fleet/fleet.ts";
import { isDriven } from "../coordinator/is-driven.ts";
import type { Services } from "../services.ts";

/** Stands where a worker's job does: it is there for every job of the project. No job can have this id. */
export const everyJob = asJobId("*");

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
