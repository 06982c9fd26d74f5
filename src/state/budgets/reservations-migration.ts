import type { Migration } from "kysely/migration";

/** What turns have set aside of a budget, and what they counted for in the end. */
export const reservationsMigration: Migration = {
  async up(db) {
    await db.schema
      .createTable("reservations")
      .addColumn("session_key", "text", (c) => c.notNull())
      .addColumn("turn", "integer", (c) => c.notNull())
      .addColumn("job_id", "text", (c) => c.notNull())
      .addColumn("task_id", "text")
      .addColumn("worker_id", "text", (c) => c.notNull())
      .addColumn("reserved_usd", "double precision")
      .addColumn("spent_usd", "double precision")
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("settled_at", "bigint")
      .addPrimaryKeyConstraint("reservations_pk", ["session_key", "turn"])
      .execute();
    await db.schema.createIndex("reservations_by_job").on("reservations").columns(["job_id", "task_id"]).execute();
  },
};
