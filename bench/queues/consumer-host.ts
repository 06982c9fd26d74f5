import type { Consumer, Place } from "./driver.ts";
import { sharedNowMs } from "./clock.ts";
import { systemCalled } from "./systems.ts";

export type ConsumerStart = {
  readonly system: string;
  readonly place: Place;
  readonly concurrency: number;
  /** Distinct jobs after which `onDrained` is called. */
  readonly expected?: number;
};

export type ConsumerReport = {
  /** From the first job's start to the last one's. */
  readonly spanMs: number;
  readonly jobs: number;
  readonly stepMs: readonly number[];
};

export type ConsumerListener = {
  readonly onJob?: (id: string, atMs: number) => void;
  readonly onDrained?: () => void;
};

/** Runs a library's consumer in this process and watches what it does. */
export class ConsumerHost {
  readonly #start: ConsumerStart;
  readonly #listener: ConsumerListener;
  readonly #seen = new Set<string>();
  readonly #stepMs: number[] = [];
  #firstAtMs = 0;
  #lastAtMs = 0;
  #consumer: Consumer | undefined;

  constructor(start: ConsumerStart, listener: ConsumerListener) {
    this.#start = start;
    this.#listener = listener;
  }

  async open(): Promise<void> {
    const driver = await systemCalled(this.#start.system).load();
    this.#consumer = await driver.openConsumer(this.#start.place, {
      concurrency: this.#start.concurrency,
      onJob: (id) => this.#note(id),
      onStep: (durationMs) => this.#stepMs.push(durationMs),
    });
  }

  async close(): Promise<ConsumerReport> {
    await this.#consumer?.stop();
    return { spanMs: this.#lastAtMs - this.#firstAtMs, jobs: this.#seen.size, stepMs: this.#stepMs };
  }

  #note(id: string): void {
    if (this.#seen.has(id)) return;
    const atMs = sharedNowMs();
    if (this.#seen.size === 0) this.#firstAtMs = atMs;
    this.#lastAtMs = atMs;
    this.#seen.add(id);
    this.#listener.onJob?.(id, atMs);
    if (this.#seen.size === this.#start.expected) this.#listener.onDrained?.();
  }
}
