import { sql } from "kysely";

import type { EventType } from "../../domain/events.ts";
import type { JobId } from "../../domain/ids.ts";
import { isSettled, taskStatuses } from "../../domain/task-status.ts";
import type { StateContext } from "../context.ts";

/** What they say stands besides in the rows of attempts, sessions, workers, results or checkpoints, or was of use to who watched. */
const passingTypes: readonly EventType[] = [
  "agent-session-started",
  "attempt-executed",
  "attempt-judged",
  "attempt-resumed",
  "attempt-snapshotted",
  "attempt-started",
  "attempt-validated",
  "checkpoint-created",
  "gate-finished",
  "integration-started",
  "result-cached",
  "task-held-back",
  "worker-started",
  "worker-stopped",
  "workers-held",
  "workers-released",
];

/** A task passes through these on its way; where it began anew and where it came to are kept. */
const passingStatuses = taskStatuses.filter((status) => status !== "pending" && !isSettled(status));

/**
 * Events of a job that has ended which nothing but watching it reads. The last one about a task is none of them: a checkpoint that
 * is made later finds by it that the task has changed.
 */
export const isPassing = (jobId: JobId) => sql<boolean>`job_id = ${jobId}
  and (type in (${sql.join(passingTypes)})
    or type = 'task-status-changed' and json_extract(data, '$.to') in (${sql.join(passingStatuses)}))
  and seq not in (select max(seq) from events where job_id = ${jobId} and task_id is not null group by task_id)`;

/** In one transaction: others who write wait for it. */
const eventsAtOnce = 5_000;

/** @returns how many were removed of a job that had ended by then */
export async function pruneEvents(store: StateContext["store"], jobId: JobId, endedBy: number): Promise<number> {
  for (let sum = 0; ;) {
    const removed = await store.write(async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom("events")
        .where("seq", "in", (db) => db.selectFrom("events").select("seq").where(isPassing(jobId)).limit(eventsAtOnce))
        .where("job_id", "in", (db) => db.selectFrom("jobs").select("id").where("ended_at", "<=", endedBy))
        .executeTakeFirst();
      return Number(numDeletedRows);
    });
    sum += removed;
    if (removed < eventsAtOnce) return sum;
  }
}
