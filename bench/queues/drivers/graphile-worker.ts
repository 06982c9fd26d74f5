import { Logger, makeWorkerUtils, run } from "graphile-worker";
import type { Driver, Place } from "../driver.ts";
import { readJob } from "../read-job.ts";

const identifier = "noop";
const logger = new Logger(() => (level, message) => {
  if (level === "error") console.error(message);
});

/** With its local queue, as its guide to performance advises: it fetches 200 jobs at once. */
const options = ({ postgresUrl }: Place, concurrency: number) => ({
  connectionString: postgresUrl,
  maxPoolSize: concurrency + 2,
  logger,
  preset: { worker: { concurrentJobs: concurrency, localQueue: { size: 200 } } },
});

export const graphileWorker: Driver = {
  openProducer: async (place) => {
    const utils = await makeWorkerUtils(options(place, 2));
    await utils.migrate();
    return {
      enqueue: (job) => utils.addJob(identifier, job),
      enqueueAll: (jobs) => utils.addJobs(jobs.map((payload) => ({ identifier, payload }))),
      close: () => utils.release(),
    };
  },
  openConsumer: async (place, { concurrency, onJob }) => {
    const runner = await run({
      ...options(place, concurrency),
      concurrency,
      noHandleSignals: true,
      taskList: { [identifier]: async (payload) => onJob(readJob(payload).id) },
    });
    return { stop: () => runner.stop() };
  },
};
