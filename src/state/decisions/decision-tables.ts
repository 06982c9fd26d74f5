import type { Generated, Kysely } from "kysely";

/** Every decision with its explanation: the attempt itself keeps only the last one. */
export type DecisionRow = {
  seq: Generated<number>;
  at: number;
  job_id: string;
  task_id: string;
  attempt_id: string;
  action: string;
  decision: string;
  /** Null where no rule was asked: work that was sent back by the merge queue. */
  explanation: string | null;
};

/** What was thought of accepted work, and whether it held. */
export type OutcomeRow = {
  attempt_id: string;
  job_id: string;
  task_id: string;
  model: string | null;
  /** The combined terms before calibration; null in what had no confidence. */
  score: number | null;
  /** Null: not known yet. */
  held: number | null;
  why: string | null;
  accepted_at: number;
  known_at: number | null;
};

export type RatingRow = {
  seq: Generated<number>;
  at: number;
  job_id: string;
  task_id: string;
  attempt_id: string | null;
  /** 1 to 5. */
  stars: number;
  note: string | null;
};

/** A prompt, an answer, a verdict, a decision: what was said about work, in order. */
export type HistoryRow = {
  seq: Generated<number>;
  at: number;
  job_id: string;
  task_id: string | null;
  attempt_id: string | null;
  kind: string;
  role: string;
  model: string | null;
  conversation: string | null;
  turn: number | null;
  text: string;
  data: string | null;
};

export type DecisionTables = {
  decisions: DecisionRow;
  outcomes: OutcomeRow;
  ratings: RatingRow;
  history: HistoryRow;
};

export async function createDecisionTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("decisions")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("attempt_id", "text", (c) => c.notNull())
    .addColumn("action", "text", (c) => c.notNull())
    .addColumn("decision", "text", (c) => c.notNull())
    .addColumn("explanation", "text")
    .execute();
  await db.schema.createIndex("decisions_by_task").on("decisions").columns(["task_id", "seq"]).execute();
  await db.schema
    .createTable("outcomes")
    .addColumn("attempt_id", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("model", "text")
    .addColumn("score", "double precision")
    .addColumn("held", "integer")
    .addColumn("why", "text")
    .addColumn("accepted_at", "bigint", (c) => c.notNull())
    .addColumn("known_at", "bigint")
    .execute();
  await db.schema
    .createTable("ratings")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("attempt_id", "text")
    .addColumn("stars", "integer", (c) => c.notNull())
    .addColumn("note", "text")
    .execute();
  await db.schema.createIndex("ratings_by_task").on("ratings").columns(["task_id", "seq"]).execute();
  await createHistory(db);
  await db.schema.alterTable("tasks").addColumn("replaced_by", "text").execute();
}

async function createHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("history")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("attempt_id", "text")
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("role", "text", (c) => c.notNull())
    .addColumn("model", "text")
    .addColumn("conversation", "text")
    .addColumn("turn", "integer")
    .addColumn("text", "text", (c) => c.notNull())
    .addColumn("data", "text")
    .execute();
  await db.schema.createIndex("history_by_job").on("history").columns(["job_id", "seq"]).execute();
  await db.schema.createIndex("history_by_task").on("history").columns(["task_id", "seq"]).execute();
}
