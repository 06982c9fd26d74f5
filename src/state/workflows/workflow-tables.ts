import type { Kysely } from "kysely";

/** A body of a job's workflow: the first, and each that was begun anew. */
export type WorkflowRunRow = {
  job_id: string;
  /** From 1. */
  number: number;
  /** What it was started by: a name or a path. */
  ref: string;
  name: string;
  /** Of the code. */
  version: string;
  /** JSON. */
  input: string;
  /** `running`, `completed`, `failed`, `cancelled` or `superseded`. */
  status: string;
  /** JSON. */
  output: string | null;
  /** JSON. */
  error: string | null;
  /** Milliseconds since the Unix epoch. */
  started_at: number;
  ended_at: number | null;
};

/** A question of `flow.approve`, by the breakpoint that asks it. */
export type WorkflowQuestionRow = {
  job_id: string;
  number: number;
  key: string;
  signal_name: string;
  breakpoint_id: string;
};

export type WorkflowTables = { workflow_runs: WorkflowRunRow; workflow_questions: WorkflowQuestionRow };

export async function createWorkflowTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("workflow_runs")
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("number", "integer", (c) => c.notNull())
    .addColumn("ref", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("version", "text", (c) => c.notNull())
    .addColumn("input", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("output", "text")
    .addColumn("error", "text")
    .addColumn("started_at", "bigint", (c) => c.notNull())
    .addColumn("ended_at", "bigint")
    .addPrimaryKeyConstraint("workflow_runs_pk", ["job_id", "number"])
    .execute();
  await db.schema
    .createTable("workflow_questions")
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("number", "integer", (c) => c.notNull())
    .addColumn("key", "text", (c) => c.notNull())
    .addColumn("signal_name", "text", (c) => c.notNull())
    .addColumn("breakpoint_id", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("workflow_questions_pk", ["job_id", "number", "key"])
    .execute();
}
