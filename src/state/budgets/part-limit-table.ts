import type { Kysely } from "kysely";

/** A part of a workflow that a task's agent works in, and what the part may cost. */
export type PartLimitRow = {
  job_id: string;
  task_id: string;
  path: string;
  /** From 0, the outermost. */
  position: number;
  limit_usd: number;
  sharers: number;
};

export async function createPartLimits(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("part_limits")
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("position", "integer", (c) => c.notNull())
    .addColumn("limit_usd", "double precision", (c) => c.notNull())
    .addColumn("sharers", "double precision", (c) => c.notNull())
    .addPrimaryKeyConstraint("part_limits_pk", ["task_id", "path"])
    .execute();
  await db.schema.createIndex("part_limits_by_path").on("part_limits").columns(["job_id", "path"]).execute();
}
