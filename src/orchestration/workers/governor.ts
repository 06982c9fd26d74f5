import { hostname } from "node:os";

import { agentCeiling, type AgentCeiling } from "../../domain/quota/account-limits.ts";
import { admitWorkers, diskHold, type Admission, type Hold } from "../../domain/schedule/admission.ts";
import type { Job } from "../../domain/model.ts";
import { livePool } from "./pool.ts";
import { defaultAccount, type Services } from "../services.ts";

type Governed = Pick<Services, "state" | "place" | "folders" | "now">;

/** Memory comes and goes from second to second: that all is well again is said when it goes on, or when it has stayed so. */
const calmMs = 5_000;
/** While nothing more is wanted, or could be had a moment ago. */
const lookAgainMs = 1_000;

/** Decides how many workers of a job may run on this machine and this account, and says why when they are fewer than it allows. */
export class Governor {
  readonly #services: Governed;
  readonly #job: Job;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isHeld = false;
  /** What was said last; `undefined` before the first look at what a former process has said, `""`: that all is well. */
  #told: string | undefined;
  #calmSince: number | undefined;
  #joined = { count: 0, countedAt: Number.NEGATIVE_INFINITY };

  constructor(services: Governed, job: Job) {
    this.#services = services;
    this.#job = job;
  }

  /**
   * How many more workers to start beside the job's own. Cheap enough for every turn of a loop.
   *
   * A job of a program leaves its tasks to the workers that somebody has started for all jobs, where there are any: it starts none
   * then, and only what holds those back as well is said.
   */
  async admit(ownWorkers: number, runnableTasks: number): Promise<number> {
    const joined = await this.#countJoined();
    const liveWorkers = ownWorkers + joined;
    return this.#admit(liveWorkers, joined === 0 ? runnableTasks : Math.min(runnableTasks, liveWorkers));
  }

  async #admit(liveWorkers: number, runnableTasks: number): Promise<number> {
    const now = this.#services.now();
    const isMoreWanted = Math.min(this.#job.options.workers, runnableTasks) > liveWorkers;
    const isFresh = this.#isFresh(this.#lookedAt);
    if (isFresh && (this.#isHeld || !isMoreWanted)) return 0;
    this.#lookedAt = now;
    const { start, hold } = await this.#look({ liveWorkers, runnableTasks, isMoreWanted });
    this.#isHeld = hold !== undefined;
    await this.#tell(hold, start > 0);
    return start;
  }

  #isFresh(at: number): boolean {
    return Math.abs(this.#services.now() - at) < lookAgainMs;
  }

  async #countJoined(): Promise<number> {
    if (this.#job.strategy !== "manual") return 0;
    if (!this.#isFresh(this.#joined.countedAt)) {
      this.#joined = { count: (await livePool(this.#services)).length, countedAt: this.#services.now() };
    }
    return this.#joined.count;
  }

  async #look(wanted: {
    readonly liveWorkers: number;
    readonly runnableTasks: number;
    readonly isMoreWanted: boolean;
  }): Promise<Admission> {
    const { liveWorkers, runnableTasks, isMoreWanted } = wanted;
    const { workers, memoryPerWorkerMb, minFreeMemoryMb } = this.#job.options;
    return admitWorkers({
      ...(await this.#services.place.resources()),
      maxWorkers: workers,
      liveWorkers,
      runnableTasks,
      memoryPerWorkerMb,
      measuredWorkerBytes: isMoreWanted && liveWorkers > 0 ? await this.#measure() : [],
      minFreeMemoryMb,
      ...(await disksFor(this.#services, this.#job)),
      ceiling: await ceilingOf(this.#services, this.#job),
    });
  }

  async #measure(): Promise<readonly number[]> {
    const { state, place } = this.#services;
    const here = (await state.fleet.liveWorkers(this.#job.id)).filter(({ host }) => host === hostname());
    return place.memoryOf(here.map(({ pid, pidStart }) => ({ pid, startTime: pidStart })));
  }

  /** Once for each change, also over a restart. */
  async #tell(hold: Hold | undefined, goesOn: boolean): Promise<void> {
    const { state, now } = this.#services;
    this.#told ??= keyOf(await state.holds.findWorkerHold(this.#job.id));
    if (hold === undefined) {
      this.#calmSince ??= now();
      const isCalm = goesOn || now() - this.#calmSince >= calmMs;
      if (this.#told === "" || !isCalm) return;
      await state.holds.releaseWorkers(this.#job.id);
    } else {
      this.#calmSince = undefined;
      if (keyOf(hold) === this.#told) return;
      await state.holds.holdWorkers(this.#job.id, hold);
    }
    this.#told = keyOf(hold);
  }
}

/** The numbers of a machine change all the time; those of an account are news. */
const keyOf = (hold: Hold | undefined): string =>
  hold === undefined ? "" : hold.by === "account" ? `${hold.by} ${hold.agents}` : hold.by;

/** A job that was made before there was such a setting has none. */
async function disksFor({ place, folders }: Governed, { options: { minFreeDiskMb = 0 } }: Job) {
  return { disks: await place.freeDisk([folders.slots, folders.state]), minFreeDiskMb };
}

async function ceilingOf({ state, now }: Governed, job: Job): Promise<AgentCeiling | undefined> {
  const limits = await state.accounts.find(defaultAccount);
  return limits && agentCeiling(limits, { now: now(), maxUsedShare: job.options.maxAccountUtilization });
}

/** Whether there is room on the disk for more work of a job. */
export const hasDisk = async (services: Governed, job: Job): Promise<boolean> =>
  diskHold(await disksFor(services, job)) === undefined;

/**
 * Whether the account allows one more agent, and it is this worker's turn to start it: of those of a job that have nothing to do,
 * the first ones by name are. So they need not agree with each other.
 */
export async function isWithinCeiling(services: Governed & Pick<Services, "workerId">, job: Job): Promise<boolean> {
  const ceiling = await ceilingOf(services, job);
  if (ceiling === undefined) return true;
  const { busy, idleBefore } = await services.state.fleet.rivals(job.id, services.workerId);
  return busy + idleBefore < ceiling.agents;
}
