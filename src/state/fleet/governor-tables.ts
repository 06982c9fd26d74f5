import { sql, type Kysely } from "kysely";

/** What is known of an account's limits. */
export type AccountRow = {
  account: string;
  /** JSON: what its model server told of its windows, and which of them it has warned of. */
  reading: string;
  /** JSON: how fast agents may be started. */
  pace: string;
  /** When either was last written, in milliseconds since the Unix epoch. */
  noted_at: number;
};

/** What holds a job's work back just now. */
export type HoldRow = {
  job_id: string;
  /** `workers`: fewer run than the job allows. `circuit`: tasks failed in the same way, and nothing more begins. */
  kind: string;
  /** JSON. */
  data: string;
  /** Milliseconds since the Unix epoch. */
  since: number;
};

export async function createGovernor(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("account_limits")
    .addColumn("account", "text", (c) => c.primaryKey())
    .addColumn("reading", "text", (c) => c.notNull())
    .addColumn("pace", "text", (c) => c.notNull())
    .addColumn("noted_at", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createTable("holds")
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("data", "text", (c) => c.notNull())
    .addColumn("since", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("holds_pk", ["job_id", "kind"])
    .execute();
  // Who is at work, whatever the job.
  await sql`CREATE INDEX tasks_at_work ON tasks (status, worker_id)
    WHERE status IN ('leased', 'running', 'validating')`.execute(db);
}
