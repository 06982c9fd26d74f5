import { setTimeout as delay } from "node:timers/promises";

import type { DueDisturbance } from "../plan/chaos-plan.ts";
import type { ChaosJob } from "./chaos-job.ts";
import { disturb } from "./disturb.ts";

/** A disturbance that came to be due. `effect` is `undefined` when it found nothing to disturb. */
export type Happened = DueDisturbance & { readonly effect: string | undefined };

const lookAgainMs = 20;

/** Lets the disturbances of a plan happen, each as soon as it is due, beside whatever drives the job. */
export class Disturber {
  readonly #job: ChaosJob;
  readonly #waiting: DueDisturbance[];
  readonly #underWay = new Set<Promise<void>>();
  readonly #happened: Happened[] = [];
  readonly #failures: string[] = [];
  readonly #loop: Promise<void>;
  #isStopped = false;

  constructor(job: ChaosJob) {
    this.#job = job;
    this.#waiting = [...job.plan.disturbances];
    this.#loop = this.#run();
  }

  get happened(): readonly Happened[] {
    return this.#happened;
  }

  /** What went wrong with the disturbances themselves: then the seed proves nothing. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  get isUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Resolves when everything that has begun is over. What is due later may still come. */
  async calm(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Nothing more begins. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loop;
    await this.calm();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped && this.#waiting.length > 0) {
      const events = this.#job.state.eventCount();
      while ((this.#waiting[0]?.afterEvents ?? Infinity) <= events) this.#begin(this.#waiting.shift());
      await delay(lookAgainMs);
    }
  }

  #begin(due: DueDisturbance | undefined): void {
    if (due === undefined) return;
    const done = this.#carryOut(due).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  async #carryOut(due: DueDisturbance): Promise<void> {
    try {
      this.#happened.push({ ...due, effect: await disturb(this.#job, due) });
    } catch (error) {
      this.#failures.push(`${due.kind}: ${String(error)}`);
    }
  }
}
