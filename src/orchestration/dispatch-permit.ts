import type { Job } from "../domain/model.ts";
import { hasDisk, isWithinCeiling } from "./governor.ts";
import { defaultAccount, type Services } from "./services.ts";
import { isBudgetSpent } from "./spending.ts";

/** How long a look at the disk holds. */
const diskMs = 1_000;

/** Whether a worker may begin another task of a job: what was queued before something was held back is held back too. */
export class DispatchPermit {
  readonly #services: Services;
  readonly #job: Job;
  #disk = { hasRoom: true, lookedAt: Number.NEGATIVE_INFINITY };

  constructor(services: Services, job: Job) {
    this.#services = services;
    this.#job = job;
  }

  async isGiven(): Promise<boolean> {
    const { state } = this.#services;
    if (await state.pauses.isPaused(defaultAccount)) return false;
    if (await state.holds.isCircuitOpen(this.#job.id)) return false;
    if (await isBudgetSpent(this.#services, this.#job)) return false;
    return (await this.#hasDisk()) && isWithinCeiling(this.#services, this.#job);
  }

  async #hasDisk(): Promise<boolean> {
    const now = this.#services.now();
    if (Math.abs(now - this.#disk.lookedAt) >= diskMs) {
      this.#disk = { hasRoom: await hasDisk(this.#services, this.#job), lookedAt: now };
    }
    return this.#disk.hasRoom;
  }
}
