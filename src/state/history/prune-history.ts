import { asJobId, type JobId } from "../../domain/ids.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { pruneEvents } from "./prune-events.ts";

/** How much was let go of. */
export type PrunedHistory = {
  readonly jobs: number;
  readonly prompts: number;
  /** To the supervisor model, with their answers. */
  readonly questions: number;
  /** What agents answered, and verdicts. */
  readonly entries: number;
  /** What agents showed while they worked, where that goes too. */
  readonly activities: number;
  /** Of those that only repeat what is kept besides, where they go too. */
  readonly events: number;
};

export type HistoryPruning = {
  /** In milliseconds since the Unix epoch: of jobs that had ended by then. */
  readonly endedBy: number;
  /** Also what agents showed while they worked. */
  readonly isWithActivity: boolean;
  /** Also the events that say again what is kept besides. */
  readonly isWithEvents: boolean;
};

export const nothingPruned: PrunedHistory = {
  jobs: 0,
  prompts: 0,
  questions: 0,
  entries: 0,
  activities: 0,
  events: 0,
};

/**
 * Removes what was said about jobs that ended by then. What they came to and their costs stay. One transaction for each
 * job, and many for its activity and events, of which there may be very much: a death leaves some whole and the others gone.
 */
export async function pruneHistory(
  { store, now }: StateContext,
  { endedBy, isWithActivity, isWithEvents }: HistoryPruning,
): Promise<PrunedHistory> {
  const ended = await store.read((db) =>
    db.selectFrom("jobs").select("id").where("ended_at", "<=", endedBy).orderBy("ended_at").execute(),
  );
  let sum = nothingPruned;
  for (const { id } of ended) {
    const activities = isWithActivity ? await pruneActivity(store, asJobId(id), endedBy) : 0;
    const events = isWithEvents ? await pruneEvents(store, asJobId(id), endedBy) : 0;
    const removed = await store.write((tx) => pruneJob(tx, asJobId(id), { endedBy, at: now(), activities, events }));
    if (removed !== undefined) sum = sumOf(sum, removed);
  }
  return sum;
}

/** In one transaction: others who write wait for it. */
const activitiesAtOnce = 5_000;

async function pruneActivity(store: StateContext["store"], jobId: JobId, endedBy: number): Promise<number> {
  for (let sum = 0; ;) {
    const removed = await store.write((tx) => removeActivity(tx, jobId, endedBy));
    sum += removed;
    if (removed < activitiesAtOnce) return sum;
  }
}

async function removeActivity(tx: Tx, jobId: JobId, endedBy: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom("activity")
    .where("seq", "in", (db) =>
      db
        .selectFrom("activity")
        .innerJoin("jobs", "jobs.id", "activity.job_id")
        .select("activity.seq")
        .where("activity.job_id", "=", jobId)
        .where("jobs.ended_at", "<=", endedBy)
        .limit(activitiesAtOnce),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

type Moment = Pick<PrunedHistory, "activities" | "events"> & { readonly endedBy: number; readonly at: number };

/** `undefined`: there was nothing, or it has been taken up again meanwhile. */
async function pruneJob(tx: Tx, jobId: JobId, moment: Moment): Promise<PrunedHistory | undefined> {
  const { endedBy, at, activities, events } = moment;
  const job = await tx
    .selectFrom("jobs")
    .select("id")
    .where("id", "=", jobId)
    .where("ended_at", "<=", endedBy)
    .executeTakeFirst();
  if (job === undefined) return undefined;
  const remove = async (table: "prompts" | "interactions" | "history"): Promise<number> =>
    Number((await tx.deleteFrom(table).where("job_id", "=", jobId).executeTakeFirst()).numDeletedRows);
  const data = {
    prompts: await remove("prompts"),
    questions: await remove("interactions"),
    entries: await remove("history"),
  };
  await tx
    .deleteFrom("prompt_rewrites")
    .where("attempt_id", "in", (db) => db.selectFrom("attempts").select("id").where("job_id", "=", jobId))
    .execute();
  if (data.prompts + data.questions + data.entries + activities + events === 0) return undefined;
  const told = { ...data, ...(activities === 0 ? {} : { activities }), ...(events === 0 ? {} : { events }) };
  await appendEvent(tx, { at, type: "history-pruned", subject: { jobId }, data: told });
  return { jobs: 1, ...data, activities, events };
}

export const sumOf = (a: PrunedHistory, b: PrunedHistory): PrunedHistory => ({
  jobs: a.jobs + b.jobs,
  prompts: a.prompts + b.prompts,
  questions: a.questions + b.questions,
  entries: a.entries + b.entries,
  activities: a.activities + b.activities,
  events: a.events + b.events,
});
