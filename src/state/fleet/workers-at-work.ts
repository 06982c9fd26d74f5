import type { Tx } from "../append-events.ts";

/** Statuses in which a worker has a task. */
const atWork = ["leased", "running", "validating"] as const;

type Reading = Pick<Tx, "selectFrom">;

/**
 * Ids of the workers that have a task, of all jobs. A task keeps its status and its worker when that one dies, is stopped, or its
 * job is paused: nobody works on it then.
 */
export async function workersAtWork(db: Reading): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom("tasks")
    .innerJoin("workers", "workers.id", "tasks.worker_id")
    .select("workers.id")
    .where("tasks.status", "in", atWork)
    .where("workers.status", "=", "live")
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Tasks of a job that wait for a worker: also those that one had when it was stopped or died. */
export const tasksWithoutWorker = (db: Reading, jobId: string) =>
  db
    .selectFrom("tasks")
    .leftJoin("workers", (join) => join.onRef("workers.id", "=", "tasks.worker_id").on("workers.status", "=", "live"))
    .where("tasks.job_id", "=", jobId)
    .where((eb) =>
      eb.or([
        eb("tasks.status", "=", "ready"),
        eb.and([eb("tasks.status", "in", atWork), eb("workers.id", "is", null)]),
      ]),
    );
