import { sql, type Kysely } from "kysely";

import { answersOf, type BreakpointKind } from "../../domain/breakpoint/answers.ts";

/** A durable wait for a person. */
export type BreakpointRow = {
  id: string;
  job_id: string;
  task_id: string | null;
  attempt_id: string | null;
  kind: string;
  rule: string | null;
  question: string;
  /** JSON: what a person needs to know. */
  context: string;
  /** JSON: names of the answers. */
  options: string;
  status: string;
  /** JSON. */
  answer: string | null;
  /** Who answered, or what made the question pointless. */
  closed_by: string | null;
  opened_at: number;
  closed_at: number | null;
  timeout_at: number | null;
};

export async function createBreakpoints(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("breakpoints")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("attempt_id", "text")
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("rule", "text")
    .addColumn("question", "text", (c) => c.notNull())
    .addColumn("context", "text", (c) => c.notNull())
    .addColumn("options", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("answer", "text")
    .addColumn("closed_by", "text")
    .addColumn("opened_at", "bigint", (c) => c.notNull())
    .addColumn("closed_at", "bigint")
    .addColumn("timeout_at", "bigint")
    .execute();
  await db.schema.createIndex("breakpoints_by_job").on("breakpoints").columns(["job_id", "status"]).execute();
  await db.schema.createIndex("breakpoints_by_task").on("breakpoints").columns(["task_id", "status"]).execute();
  await db.schema.createIndex("breakpoints_by_timeout").on("breakpoints").columns(["status", "timeout_at"]).execute();
  await askAboutWaiting(db);
}

const optionsText = (kind: BreakpointKind, isOfJob: boolean): string => JSON.stringify(answersOf({ kind, isOfJob }));

/** What waited for a person before there were breakpoints can be found and answered like all else. */
async function askAboutWaiting(db: Kysely<unknown>): Promise<void> {
  const [id, now] = [sql`lower(hex(randomblob(4)))`, sql`unixepoch() * 1000`];
  const reason = sql`coalesce(tasks.reason, 'it waits for you')`;
  const last = sql`select id from attempts where task_id = tasks.id order by number desc limit 1`;
  await sql`insert into breakpoints (id, job_id, task_id, attempt_id, kind, question, context, options, status, opened_at)
    select ${id}, job_id, id, (${last}), 'failure', ${reason}, json_object('reasons', json_array(${reason})),
      ${optionsText("failure", false)}, 'open', ${now}
    from tasks where status = 'waiting' and coalesce(waits_for, 'person') = 'person'`.execute(db);
  await sql`insert into breakpoints (id, job_id, kind, question, context, options, status, opened_at)
    select ${id}, id, 'plan', 'Carry out the plan for "' || goal || '"?', json_object('reasons', json_array()),
      ${optionsText("plan", true)}, 'open', ${now}
    from jobs where status = 'proposed'`.execute(db);
}
