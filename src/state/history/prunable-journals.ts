import { sql, type Kysely } from "kysely";

import { asJobId, type JobId } from "../../domain/ids.ts";
import { isSettled, taskStatuses } from "../../domain/task-status.ts";
import { appendEvent } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import type { StateTables } from "../schema.ts";

/** Jobs that had ended by then. */
export type EndedJobs = {
  /** Whose journals nothing goes on from. */
  readonly spent: readonly JobId[];
  /** How many a resume would go on with, or that are still held. */
  readonly needed: number;
};

const unsettled = taskStatuses.filter((status) => !isSettled(status));

/**
 * Whether nothing would go on from a job's journals: it has ended, its workflow too, no task was left in the middle, no rollback was
 * cut short, and nobody holds it. What begins later begins under other names, or anew.
 */
const isSpent = (at: number) => sql<boolean>`(coordinator_until is null or coordinator_until <= ${at})
  and not exists (select 1 from tasks t where t.job_id = jobs.id and t.status in (${sql.join(unsettled)}))
  and not exists (select 1 from workflow_runs w where w.job_id = jobs.id and w.status = 'running')
  and not exists (select 1 from rollbacks r where r.job_id = jobs.id and r.status not in ('done', 'failed'))`;

export async function endedJobs({ store, now }: StateContext, endedBy: number): Promise<EndedJobs> {
  const rows = await store.read((db) =>
    ended(db, endedBy)
      .select(["jobs.id", isSpent(now()).as("isSpent")])
      .orderBy("ended_at")
      .execute(),
  );
  const spent = rows.filter((row) => Number(row.isSpent) === 1).map(({ id }) => asJobId(id));
  return { spent, needed: rows.length - spent.length };
}

const ended = (db: Kysely<StateTables>, endedBy: number) => db.selectFrom("jobs").where("ended_at", "<=", endedBy);

export type JournalPruning = {
  readonly jobId: JobId;
  readonly endedBy: number;
  readonly runs: number;
  readonly records: number;
};

/**
 * Says that a job's journals are gone, before they go: who looks for one later knows why it is not there.
 * @returns `false` when the job has been taken up again meanwhile
 */
export async function noteJournalsPruned(
  { store, now }: StateContext,
  { jobId, endedBy, runs, records }: JournalPruning,
): Promise<boolean> {
  const at = now();
  return store.write(async (tx) => {
    const isStill = await ended(tx, endedBy).select("id").where("id", "=", jobId).where(isSpent(at)).executeTakeFirst();
    if (isStill === undefined) return false;
    await appendEvent(tx, { at, type: "journals-pruned", subject: { jobId }, data: { runs, records } });
    return true;
  });
}

/** @param since - when what is looked for began, in milliseconds since the Unix epoch */
export async function wereJournalsPruned({ store }: StateContext, jobId: JobId, since: number): Promise<boolean> {
  const row = await store.read((db) =>
    db
      .selectFrom("events")
      .select("seq")
      .where("job_id", "=", jobId)
      .where("type", "=", "journals-pruned")
      .where("at", ">=", since)
      .executeTakeFirst(),
  );
  return row !== undefined;
}
