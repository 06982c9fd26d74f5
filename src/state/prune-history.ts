import { asJobId, type JobId } from "../domain/ids.ts";
import { appendEvent, type Tx } from "./append-events.ts";
import type { StateContext } from "./context.ts";

/** How much was let go of. */
export type PrunedHistory = {
  readonly jobs: number;
  readonly prompts: number;
  /** To the supervisor model, with their answers. */
  readonly questions: number;
  /** What agents answered, and verdicts. */
  readonly entries: number;
};

/**
 * Removes what was said about jobs that ended by then. What they came to, their events and their costs stay. One transaction for each
 * job: a death leaves some whole and the others gone.
 */
export async function pruneHistory({ store, now }: StateContext, endedBy: number): Promise<PrunedHistory> {
  const ended = await store.read((db) =>
    db.selectFrom("jobs").select("id").where("ended_at", "<=", endedBy).orderBy("ended_at").execute(),
  );
  let sum: PrunedHistory = { jobs: 0, prompts: 0, questions: 0, entries: 0 };
  for (const { id } of ended) {
    const removed = await store.write((tx) => pruneJob(tx, asJobId(id), { endedBy, at: now() }));
    if (removed !== undefined) sum = sumOf(sum, removed);
  }
  return sum;
}

type Moment = { readonly endedBy: number; readonly at: number };

/** `undefined`: there was nothing, or it has been taken up again meanwhile. */
async function pruneJob(tx: Tx, jobId: JobId, { endedBy, at }: Moment): Promise<PrunedHistory | undefined> {
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
  if (data.prompts + data.questions + data.entries === 0) return undefined;
  await appendEvent(tx, { at, type: "history-pruned", subject: { jobId }, data });
  return { jobs: 1, ...data };
}

const sumOf = (a: PrunedHistory, b: PrunedHistory): PrunedHistory => ({
  jobs: a.jobs + b.jobs,
  prompts: a.prompts + b.prompts,
  questions: a.questions + b.questions,
  entries: a.entries + b.entries,
});
