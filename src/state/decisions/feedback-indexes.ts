import type { Kysely } from "kysely";

/** What is known about the newest attempts is looked up for every prompt: without these, each look reads every prompt and rating. */
export async function indexFeedback(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex("prompts_by_attempt").on("prompts").columns(["attempt_id", "at"]).execute();
  await db.schema.createIndex("ratings_by_attempt").on("ratings").columns(["attempt_id", "seq"]).execute();
}
