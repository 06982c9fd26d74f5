import { join } from "node:path";
import { OpenWorkflow, type Backend, type Workflow } from "openworkflow";
import { BackendPostgres } from "openworkflow/postgres";
import { BackendSqlite } from "openworkflow/sqlite";
import type { BenchJob, ConsumerOptions, Driver, Place } from "../driver.ts";

type Connect = (place: Place) => Promise<Backend>;

function define(client: OpenWorkflow, { onJob, onStep }: Omit<ConsumerOptions, "concurrency">): Workflow<BenchJob> {
  return client.defineWorkflow<BenchJob, null>({ name: "noop" }, async ({ input, step }) => {
    for (let index = 0; index < input.steps; index += 1) {
      const startedAt = performance.now();
      await step.run({ name: `step ${index}` }, async () => null);
      onStep(performance.now() - startedAt);
    }
    onJob(input.id);
    return null;
  });
}

/** Default settings. It has no call for many runs at once, and waits between two looks at an empty queue. */
const openworkflow = (connect: Connect): Driver => ({
  openProducer: async (place) => {
    const backend = await connect(place);
    const workflow = define(new OpenWorkflow({ backend }), { onJob: () => {}, onStep: () => {} });
    return { enqueue: (job) => workflow.run(job), close: () => backend.stop() };
  },
  openConsumer: async (place, options) => {
    const backend = await connect(place);
    const client = new OpenWorkflow({ backend });
    define(client, options);
    const worker = client.newWorker({ concurrency: options.concurrency });
    await worker.start();
    return {
      stop: async () => {
        await worker.stop();
        await backend.stop();
      },
    };
  },
});

export const openworkflowSqlite = openworkflow(async ({ folder }) => BackendSqlite.connect(join(folder, "runs.db")));
export const openworkflowPostgres = openworkflow(({ postgresUrl }) => BackendPostgres.connect(postgresUrl));
