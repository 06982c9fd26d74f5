import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** A prompt that was sent, as it stands in its conversation. */
export type PromptRow = {
  session_key: string;
  turn: number;
  job_id: string;
  task_id: string | null;
  attempt_id: string | null;
  role: string;
  kind: string;
  /** Redacted, as everything here. */
  text: string;
  /** JSON: which template it was made with. */
  template: string;
  /** JSON: what went into it, what did not and why. */
  account: string;
  /** JSON: how the supervisor wrote it anew, or why not; null where nobody asked. */
  rewriting: string | null;
  at: number;
};

/** What the supervisor made of a task's instructions for an attempt: asked once. */
export type PromptRewriteRow = {
  attempt_id: string;
  text: string | null;
  asked: string;
  reason: string | null;
  at: number;
};

/** A line of what is known about a repository, as it is now. */
export type NoteRow = {
  project_path: string;
  /** `n1`, `n2`, …: unique in the project, never used again. */
  id: string;
  text: string;
  /** `person` or `supervisor`. */
  author: string;
  created_at: number;
  changed_at: number;
};

/** One change of a project's notes; the version counts them. */
export type NoteChangeRow = {
  project_path: string;
  version: number;
  at: number;
  action: string;
  note_id: string;
  author: string;
  /** Null when it was added. */
  before: string | null;
  /** Null when it was removed. */
  after: string | null;
  /** What it was learned from. */
  job_id: string | null;
};

export const promptsMigration: Migration = { up: createPrompts };

async function createPrompts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("prompts")
    .addColumn("session_key", "text", (c) => c.notNull())
    .addColumn("turn", "integer", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("attempt_id", "text")
    .addColumn("role", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("text", "text", (c) => c.notNull())
    .addColumn("template", "text", (c) => c.notNull())
    .addColumn("account", "text", (c) => c.notNull())
    .addColumn("rewriting", "text")
    .addColumn("at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("prompts_pk", ["session_key", "turn"])
    .execute();
  await db.schema.createIndex("prompts_by_job").on("prompts").columns(["job_id", "task_id"]).execute();
  await db.schema
    .createTable("prompt_rewrites")
    .addColumn("attempt_id", "text", (c) => c.primaryKey())
    .addColumn("text", "text")
    .addColumn("asked", "text", (c) => c.notNull())
    .addColumn("reason", "text")
    .addColumn("at", "bigint", (c) => c.notNull())
    .execute();
  await createNotes(db);
}

async function createNotes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("notes")
    .addColumn("project_path", "text", (c) => c.notNull())
    .addColumn("id", "text", (c) => c.notNull())
    .addColumn("text", "text", (c) => c.notNull())
    .addColumn("author", "text", (c) => c.notNull())
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("changed_at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("notes_pk", ["project_path", "id"])
    .execute();
  await db.schema
    .createTable("note_changes")
    .addColumn("project_path", "text", (c) => c.notNull())
    .addColumn("version", "integer", (c) => c.notNull())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("action", "text", (c) => c.notNull())
    .addColumn("note_id", "text", (c) => c.notNull())
    .addColumn("author", "text", (c) => c.notNull())
    .addColumn("before", "text")
    .addColumn("after", "text")
    .addColumn("job_id", "text")
    .addPrimaryKeyConstraint("note_changes_pk", ["project_path", "version"])
    .execute();
}
