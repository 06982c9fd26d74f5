import type { Generated, Kysely } from "kysely";

/** One question to a supervisor model, with what came of it. Texts are redacted before they come here. */
export type InteractionRow = {
  seq: Generated<number>;
  purpose: string;
  job_id: string;
  task_id: string | null;
  attempt_id: string | null;
  supervisor: string;
  /** Digest of everything that the answer depends on. */
  content_key: string;
  system: string | null;
  prompt: string;
  /** JSON. */
  schema: string | null;
  asked_at: number;
  /** `answered` or `failed`; null = being asked, or the process that asked has ended. */
  status: string | null;
  /** `model`, `cache` or `earlier`. */
  answered_from: string | null;
  answer: string | null;
  /** JSON. */
  answer_value: string | null;
  failure: string | null;
  reason: string | null;
  tries: number;
  /** JSON: tokens and cost of all tries. */
  used: string | null;
  ended_at: number | null;
};

/** How a supervisor model has answered in one job of late. */
export type SupervisorStandingRow = {
  supervisor: string;
  job_id: string;
  failures: number;
  is_available: number;
  rests_until: number | null;
  reason: string | null;
};

export async function createSupervisor(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("interactions")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("purpose", "text", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("attempt_id", "text")
    .addColumn("supervisor", "text", (c) => c.notNull())
    .addColumn("content_key", "text", (c) => c.notNull())
    .addColumn("system", "text")
    .addColumn("prompt", "text", (c) => c.notNull())
    .addColumn("schema", "text")
    .addColumn("asked_at", "bigint", (c) => c.notNull())
    .addColumn("status", "text")
    .addColumn("answered_from", "text")
    .addColumn("answer", "text")
    .addColumn("answer_value", "text")
    .addColumn("failure", "text")
    .addColumn("reason", "text")
    .addColumn("tries", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("used", "text")
    .addColumn("ended_at", "bigint")
    .execute();
  await db.schema.createIndex("interactions_by_job").on("interactions").columns(["job_id", "task_id", "seq"]).execute();
  await db.schema.createIndex("interactions_by_content").on("interactions").columns(["content_key", "seq"]).execute();
  await db.schema
    .createTable("supervisor_standings")
    .addColumn("supervisor", "text", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("failures", "integer", (c) => c.notNull())
    .addColumn("is_available", "integer", (c) => c.notNull())
    .addColumn("rests_until", "bigint")
    .addColumn("reason", "text")
    .addPrimaryKeyConstraint("supervisor_standings_pk", ["supervisor", "job_id"])
    .execute();
}
