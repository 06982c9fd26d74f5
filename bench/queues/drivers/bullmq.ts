import { Queue, Worker, type Connection } from "bullmq";
import type { BenchJob, Driver, Place } from "../driver.ts";

const name = "bench";
const connectionOf = ({ redisPort }: Place): Connection => ({
  host: "127.0.0.1",
  port: redisPort,
  maxRetriesPerRequest: null,
});
const throwError = (error: Error): void => {
  throw error;
};

/** Default settings, on a Redis with an append-only file that is synced every second. */
export const bullmq: Driver = {
  openProducer: async (place) => {
    const queue = new Queue<BenchJob>(name, { connection: connectionOf(place) });
    await queue.waitUntilReady();
    return {
      enqueue: (job) => queue.add("noop", job),
      enqueueAll: (jobs) => queue.addBulk(jobs.map((data) => ({ name: "noop", data }))),
      close: () => queue.close(),
    };
  },
  openConsumer: async (place, { concurrency, onJob }) => {
    const worker = new Worker<BenchJob>(name, async ({ data }) => onJob(data.id), {
      connection: connectionOf(place),
      concurrency,
    });
    worker.on("error", throwError);
    await worker.waitUntilReady();
    return { stop: () => worker.close() };
  },
};
