import type { Generated, Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export type CheckpointRow = {
  id: string;
  /** Grows with every checkpoint of the project. */
  seq: Generated<number>;
  project_path: string;
  /** Null: the user's own files. */
  job_id: string | null;
  kind: string;
  name: string | null;
  task_id: string | null;
  tip: string;
  ref: string;
  commit_id: string;
  /** JSON: what stood in the slots of unfinished attempts. */
  files: string;
  /** The job's last event that it knows. */
  event_seq: number;
  is_while_at_work: number;
  size_bytes: number;
  created_at: number;
};

/**
 * What a task, an attempt, a conversation or the job itself was from a checkpoint on, until a later version of it. A checkpoint
 * is made of the newest versions up to its number, so that it costs what has changed since the one before.
 */
export type CheckpointStateRow = {
  job_id: string;
  /** `job`, `task`, `attempt` or `session`. */
  kind: string;
  id: string;
  seq: number;
  /** JSON: the row, and for a task what it depends on. */
  content: string;
};

export type RollbackRow = {
  /** Also of the checkpoint of what was there before. */
  id: string;
  job_id: string;
  checkpoint_id: string;
  /** JSON: what was asked for. */
  request: string;
  /** `pending`, `applied`, `done` or `failed`. */
  status: string;
  /** JSON. */
  result: string | null;
  created_at: number;
  ended_at: number | null;
};

export type CheckpointTables = {
  checkpoints: CheckpointRow;
  checkpoint_states: CheckpointStateRow;
  rollbacks: RollbackRow;
};

export const checkpointsMigration: Migration = {
  async up(db) {
    await createCheckpoints(db);
    await createStates(db);
    await createRollbacks(db);
    await db.schema.alterTable("attempts").addColumn("taken_back_by", "text").execute();
    await db.schema.alterTable("attempts").addColumn("files_commit", "text").execute();
    await db.schema.alterTable("tasks").addColumn("taken_back_by", "text").execute();
  },
};

async function createCheckpoints(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("checkpoints")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("id", "text", (c) => c.notNull().unique())
    .addColumn("project_path", "text", (c) => c.notNull())
    .addColumn("job_id", "text")
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("name", "text")
    .addColumn("task_id", "text")
    .addColumn("tip", "text", (c) => c.notNull())
    .addColumn("ref", "text", (c) => c.notNull())
    .addColumn("commit_id", "text", (c) => c.notNull())
    .addColumn("files", "text", (c) => c.notNull())
    .addColumn("event_seq", "integer", (c) => c.notNull())
    .addColumn("is_while_at_work", "integer", (c) => c.notNull())
    .addColumn("size_bytes", "bigint", (c) => c.notNull())
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .execute();
  await db.schema.createIndex("checkpoints_by_job").on("checkpoints").columns(["job_id", "seq"]).execute();
}

async function createStates(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("checkpoint_states")
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("id", "text", (c) => c.notNull())
    .addColumn("seq", "integer", (c) => c.notNull())
    .addColumn("content", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("checkpoint_states_pk", ["job_id", "kind", "id", "seq"])
    .execute();
}

async function createRollbacks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("rollbacks")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("checkpoint_id", "text", (c) => c.notNull())
    .addColumn("request", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("result", "text")
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("ended_at", "bigint")
    .execute();
  await db.schema.createIndex("rollbacks_by_job").on("rollbacks").columns(["job_id", "status"]).execute();
}
