import type { Kysely } from "kysely";

/** An accepted result, to be replayed where the same work is asked for again. Its commit is held by a ref of its own. */
export type ResultRow = {
  /** See `domain/cache/result-key.ts`. */
  key: string;
  task_key: string;
  job_id: string;
  attempt_id: string;
  /** The attempt's snapshot. */
  commit_id: string;
  /** What the attempt started from: the snapshot's parent. */
  base_commit: string;
  /** JSON: the outcome as the attempt had it. */
  outcome: string;
  /** JSON: names of the gates that it passed, and the size of the change. */
  evidence: string;
  /** JSON: a digest for each ingredient of the key. */
  ingredients: string;
  /** Of all attempts at the task, in US dollars; null when unpriced. */
  cost_usd: number | null;
  duration_ms: number;
  stored_at: number;
  last_used_at: number | null;
  uses: number;
};

/** The key of a completed task: neither what it was asked to do nor its job's settings can change any more. */
export type TaskResultKeyRow = { task_id: string; key: string };

/** An attempt that was begun by replaying a result. */
export type ReplayRow = {
  attempt_id: string;
  task_id: string;
  key: string;
  source_attempt: string;
  at: number;
  /** Why it could not be used; null while it holds. */
  miss: string | null;
};

export type ResultTables = { results: ResultRow; task_result_keys: TaskResultKeyRow; replays: ReplayRow };

export async function createResults(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("results")
    .addColumn("key", "text", (c) => c.primaryKey())
    .addColumn("task_key", "text", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("attempt_id", "text", (c) => c.notNull())
    .addColumn("commit_id", "text", (c) => c.notNull())
    .addColumn("base_commit", "text", (c) => c.notNull())
    .addColumn("outcome", "text", (c) => c.notNull())
    .addColumn("evidence", "text", (c) => c.notNull())
    .addColumn("ingredients", "text", (c) => c.notNull())
    .addColumn("cost_usd", "double precision")
    .addColumn("duration_ms", "bigint", (c) => c.notNull())
    .addColumn("stored_at", "bigint", (c) => c.notNull())
    .addColumn("last_used_at", "bigint")
    .addColumn("uses", "integer", (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex("results_by_task").on("results").columns(["task_key", "stored_at"]).execute();
  await db.schema
    .createTable("task_result_keys")
    .addColumn("task_id", "text", (c) => c.primaryKey())
    .addColumn("key", "text", (c) => c.notNull())
    .execute();
  await db.schema
    .createTable("replays")
    .addColumn("attempt_id", "text", (c) => c.primaryKey())
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("key", "text", (c) => c.notNull())
    .addColumn("source_attempt", "text", (c) => c.notNull())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("miss", "text")
    .execute();
  await db.schema.createIndex("replays_by_task").on("replays").columns(["task_id"]).execute();
}
