/** What travels through a queue: the same for all. */
export type BenchJob = {
  readonly id: string;
  /** About 100 bytes. */
  readonly payload: string;
  /** Durable steps in the body; only engines that have steps get more than 0. */
  readonly steps: number;
};

/** A fresh store for one measurement. */
export type Place = {
  readonly folder: string;
  readonly postgresUrl: string;
  readonly redisPort: number;
};

export type Producer = {
  readonly enqueue: (job: BenchJob) => Promise<unknown>;
  /** In as few round trips as the library has a call for; absent = it has none. */
  readonly enqueueAll?: (jobs: readonly BenchJob[]) => Promise<unknown>;
  readonly close: () => Promise<void>;
};

export type Consumer = { readonly stop: () => Promise<void> };

export type ConsumerOptions = {
  /** Jobs at once. */
  readonly concurrency: number;
  readonly onJob: (id: string) => void;
  /** Milliseconds from the call of a step to its recorded result. */
  readonly onStep: (durationMs: number) => void;
};

/** One library in its own best settings for this work. */
export type Driver = {
  readonly openProducer: (place: Place) => Promise<Producer>;
  readonly openConsumer: (place: Place, options: ConsumerOptions) => Promise<Consumer>;
};
