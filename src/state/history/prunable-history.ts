import { sql, type Kysely } from "kysely";

import { asJobId, type JobId } from "../../domain/ids.ts";
import type { StateContext } from "../context.ts";
import { isPassing } from "./prune-events.ts";
import { nothingPruned, sumOf, type HistoryPruning, type PrunedHistory } from "./prune-history.ts";
import type { StateTables } from "../schema.ts";

/** What `pruneHistory` would remove. */
export async function prunableHistory(
  { store }: StateContext,
  { endedBy, isWithActivity, isWithEvents }: HistoryPruning,
): Promise<PrunedHistory> {
  return store.read(async (db) => {
    const ended = await db.selectFrom("jobs").select("id").where("ended_at", "<=", endedBy).execute();
    let sum = nothingPruned;
    for (const { id } of ended) {
      const jobId = asJobId(id);
      const said = {
        prompts: await count(db, "prompts", jobId),
        questions: await count(db, "interactions", jobId),
        entries: await count(db, "history", jobId),
        activities: isWithActivity ? await count(db, "activity", jobId) : 0,
        events: isWithEvents ? await countPassing(db, jobId) : 0,
      };
      if (Object.values(said).some((rows) => rows > 0)) sum = sumOf(sum, { jobs: 1, ...said });
    }
    return sum;
  });
}

async function count(
  db: Kysely<StateTables>,
  table: "prompts" | "interactions" | "history" | "activity",
  jobId: JobId,
): Promise<number> {
  const rows = db.selectFrom(table).select(sql<number>`count(*)`.as("rows"));
  return (await rows.where("job_id", "=", jobId).executeTakeFirstOrThrow()).rows;
}

async function countPassing(db: Kysely<StateTables>, jobId: JobId): Promise<number> {
  const rows = db.selectFrom("events").select(sql<number>`count(*)`.as("rows"));
  return (await rows.where(isPassing(jobId)).executeTakeFirstOrThrow()).rows;
}
