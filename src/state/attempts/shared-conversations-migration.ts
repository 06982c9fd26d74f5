import type { Migration } from "kysely/migration";

/** Conversations that go on from others, and the model that each attempt was given. */
export const sharedConversationsMigration: Migration = {
  async up(db) {
    await db.schema.alterTable("tasks").addColumn("batch", "text").execute();
    await db.schema.alterTable("attempts").addColumn("model", "text").execute();
    await db.schema.alterTable("attempts").addColumn("origin", "text").execute();
    await db.schema.createIndex("tasks_by_batch").on("tasks").columns(["job_id", "batch"]).execute();
  },
};
