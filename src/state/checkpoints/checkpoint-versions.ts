import { sql, type Kysely } from "kysely";

import type { JobId } from "../../domain/ids.ts";
import type { Tx } from "../append-events.ts";
import { parsedVersion } from "./checkpoint-rows.ts";
import type { AttemptRow, JobRow, SessionRow, StateTables, TaskRow } from "../schema.ts";

export type TaskVersion = { readonly row: TaskRow; readonly dependsOn: readonly string[] };

/** Everything that a checkpoint knows of its job, by id. */
export type JobVersions = {
  readonly job: JobRow | undefined;
  readonly tasks: ReadonlyMap<string, TaskVersion>;
  readonly attempts: ReadonlyMap<string, AttemptRow>;
  readonly sessions: ReadonlyMap<string, SessionRow>;
};

/** The newest versions up to a number. */
export async function readVersions(db: Kysely<StateTables>, jobId: JobId, seq: number): Promise<JobVersions> {
  const rows = await db
    .selectFrom("checkpoint_states as known")
    .selectAll()
    .where("job_id", "=", jobId)
    .where("seq", "<=", seq)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("checkpoint_states as later")
            .select("later.seq")
            .whereRef("later.job_id", "=", "known.job_id")
            .whereRef("later.kind", "=", "known.kind")
            .whereRef("later.id", "=", "known.id")
            .whereRef("later.seq", ">", "known.seq")
            .where("later.seq", "<=", seq),
        ),
      ),
    )
    .execute();
  const of = <Version>(kind: string): ReadonlyMap<string, Version> =>
    new Map(rows.filter((row) => row.kind === kind).map(({ id, content }) => [id, parsedVersion<Version>(content)]));
  return { job: of<JobRow>("job").get(jobId), tasks: of("task"), attempts: of("attempt"), sessions: of("session") };
}

/** Removes the versions that no checkpoint of the job needs any more; the newest of each stay as long as there is one. */
export async function forgetVersions(tx: Tx, jobId: JobId): Promise<void> {
  const first = await tx.selectFrom("checkpoints").select("seq").where("job_id", "=", jobId).executeTakeFirst();
  if (first === undefined) {
    await tx.deleteFrom("checkpoint_states").where("job_id", "=", jobId).execute();
    return;
  }
  await sql`
    delete from checkpoint_states as v where v.job_id = ${jobId}
      and exists (
        select 1 from checkpoint_states n
        where n.job_id = v.job_id and n.kind = v.kind and n.id = v.id and n.seq > v.seq
      )
      and not exists (
        select 1 from checkpoints c where c.job_id = v.job_id and c.seq >= v.seq and c.seq < (
          select min(n.seq) from checkpoint_states n
          where n.job_id = v.job_id and n.kind = v.kind and n.id = v.id and n.seq > v.seq
        )
      )
  `.execute(tx);
}
