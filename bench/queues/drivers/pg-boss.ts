import { PgBoss } from "pg-boss";
import type { Driver, Place } from "../driver.ts";
import { readJob } from "../read-job.ts";

const name = "bench";

async function open({ postgresUrl }: Place): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: postgresUrl, useListenNotify: true });
  boss.on("error", (error) => {
    throw error;
  });
  await boss.start();
  await boss.createQueue(name, { notify: true });
  return boss;
}

/** With LISTEN/NOTIFY and batches; without them it asks every two seconds. */
export const pgBoss: Driver = {
  openProducer: async (place) => {
    const boss = await open(place);
    return {
      enqueue: (job) => boss.send(name, job),
      enqueueAll: (jobs) =>
        boss.insert(
          name,
          jobs.map((data) => ({ data })),
        ),
      close: () => boss.stop({ graceful: false }),
    };
  },
  openConsumer: async (place, { concurrency, onJob }) => {
    const boss = await open(place);
    const options = { batchSize: concurrency, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
    await boss.work(name, options, async (jobs) => {
      for (const { data } of jobs) onJob(readJob(data).id);
    });
    return { stop: () => boss.stop({ graceful: false }) };
  },
};
