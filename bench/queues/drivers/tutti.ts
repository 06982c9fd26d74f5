import { join } from "node:path";
import { asRunId, asWorkerId } from "../../../src/domain/ids.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "../../../src/engine/embedded/index.ts";
import type { StartRun, Workflow } from "../../../src/engine/port.ts";
import { openSqliteStore } from "../../../src/stores/sqlite/sqlite-store.ts";
import type { BenchJob, ConsumerOptions, Driver, Place } from "../driver.ts";

const queue = "bench";

const workflowOf = ({ onJob, onStep }: Omit<ConsumerOptions, "concurrency">): Workflow<BenchJob, null> => ({
  name: "noop",
  version: "1",
  run: async (flow, { id, steps }) => {
    for (let step = 0; step < steps; step += 1) {
      const startedAt = performance.now();
      await flow.step(`step ${step}`, async () => null);
      onStep(performance.now() - startedAt);
    }
    onJob(id);
    return null;
  },
});

const startOf = (job: BenchJob): StartRun => ({ runId: asRunId(job.id), workflow: "noop", input: job, queue });

const openStore = ({ folder }: Place) =>
  openSqliteStore<EngineTables>({ path: join(folder, "engine.db"), migrations: engineMigrations });

/** Default settings: WAL, synchronous normal. */
export const tutti: Driver = {
  openProducer: async (place) => {
    const store = await openStore(place);
    const engine = embeddedEngine({ store });
    engine.register(workflowOf({ onJob: () => {}, onStep: () => {} }));
    return {
      enqueue: (job) => engine.start(startOf(job)),
      enqueueAll: (jobs) => engine.startAll(jobs.map(startOf)),
      close: async () => {
        await engine.close();
        await store.close();
      },
    };
  },
  openConsumer: async (place, options) => {
    const store = await openStore(place);
    const engine = embeddedEngine({ store });
    engine.register(workflowOf(options));
    const worker = engine.work({ workerId: asWorkerId("bench"), queues: [queue], concurrency: options.concurrency });
    return {
      stop: async () => {
        await worker.stop({ drain: true });
        await engine.close();
        await store.close();
      },
    };
  },
};
