import type { Generated, Kysely } from "kysely";

/** What became of the files of an attempt while it ran: high volume, kept apart from the facts. */
export type FileChangeRow = {
  seq: Generated<number>;
  at: number;
  job_id: string;
  task_id: string;
  attempt_id: string;
  path: string;
  kind: string;
  size: number | null;
  hash: string | null;
  /** `seen` or `snapshot`. */
  source: string;
  /** 1 or 0 once there is a snapshot. */
  in_result: number | null;
};

export type FileWatchRow = {
  attempt_id: string;
  job_id: string;
  task_id: string;
  mode: string;
  trouble: string | null;
  recorded: number;
  dropped: number;
};

export async function createFileChanges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("file_changes")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("attempt_id", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("size", "bigint")
    .addColumn("hash", "text")
    .addColumn("source", "text", (c) => c.notNull())
    .addColumn("in_result", "integer")
    .execute();
  await db.schema.createIndex("file_changes_by_task").on("file_changes").columns(["task_id", "seq"]).execute();
  await db.schema
    .createTable("file_watches")
    .addColumn("attempt_id", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("mode", "text", (c) => c.notNull())
    .addColumn("trouble", "text")
    .addColumn("recorded", "integer", (c) => c.notNull())
    .addColumn("dropped", "integer", (c) => c.notNull())
    .execute();
  await db.schema.createIndex("file_watches_by_task").on("file_watches").columns(["task_id"]).execute();
}
