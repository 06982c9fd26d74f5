import { join } from "node:path";
import Database from "better-sqlite3";
import { better, defineQueue, defineWorker, type Logger, type Queue } from "plainjob";
import { readJob } from "../read-job.ts";
import type { Driver, Place } from "../driver.ts";

const type = "noop";
const logger: Logger = { error: (message) => console.error(message), warn: () => {}, info: () => {}, debug: () => {} };

function open({ folder }: Place): { readonly queue: Queue; readonly close: () => void } {
  const database = new Database(join(folder, "plainjob.db"));
  const queue = defineQueue({ connection: better(database), logger });
  return {
    queue,
    close: () => {
      queue.close();
      database.close();
    },
  };
}

/** A worker takes one job after the other: concurrency is several of them. Polls every 5 ms; its default is a second. */
export const plainjob: Driver = {
  openProducer: async (place) => {
    const { queue, close } = open(place);
    return {
      enqueue: async (job) => queue.add(type, job),
      enqueueAll: async (jobs) => queue.addMany(type, jobs),
      close: async () => close(),
    };
  },
  openConsumer: async (place, { concurrency, onJob }) => {
    const { queue, close } = open(place);
    const process = async ({ data }: { readonly data: string }): Promise<void> => onJob(readJob(JSON.parse(data)).id);
    const workers = Array.from({ length: concurrency }, () =>
      defineWorker(type, process, { queue, logger, pollIntervall: 5 }),
    );
    const running = workers.map((worker) => worker.start());
    return {
      stop: async () => {
        await Promise.all(workers.map((worker) => worker.stop()));
        await Promise.all(running);
        close();
      },
    };
  },
};
