import type { Generated, Kysely } from "kysely";

/** An event that was taken in for a project's workflows. */
export type WorkflowEventRow = {
  seq: Generated<number>;
  project_path: string;
  /** Unique in the project: an event that comes twice is one. */
  id: string;
  type: string;
  source: string;
  /** Milliseconds since the Unix epoch. */
  happened_at: number | null;
  /** JSON. */
  details: string;
  /** `received`, `started`, `done`, `failed` or `unhandled`. */
  status: string;
  job_id: string | null;
  reason: string | null;
  received_at: number;
  ended_at: number | null;
};

export async function createWorkflowEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("workflow_events")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("project_path", "text", (c) => c.notNull())
    .addColumn("id", "text", (c) => c.notNull())
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("source", "text", (c) => c.notNull())
    .addColumn("happened_at", "bigint")
    .addColumn("details", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("job_id", "text")
    .addColumn("reason", "text")
    .addColumn("received_at", "bigint", (c) => c.notNull())
    .addColumn("ended_at", "bigint")
    .addUniqueConstraint("workflow_events_by_id", ["project_path", "id"])
    .execute();
  await db.schema
    .createIndex("workflow_events_by_status")
    .on("workflow_events")
    .columns(["project_path", "status", "seq"])
    .execute();
}
