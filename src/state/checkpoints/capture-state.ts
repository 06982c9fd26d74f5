import type { Kysely } from "kysely";

import type { JobId } from "../../domain/ids.ts";
import { isSettled, taskStatuses } from "../../domain/task-status.ts";
import type { Tx } from "../append-events.ts";
import { jobTipFromEvent } from "./checkpoint-rows.ts";
import { eventDataFromText } from "../rows.ts";
import type { CheckpointStateRow } from "./checkpoint-tables.ts";
import type { StateTables } from "../schema.ts";

export type StateVersion = Pick<CheckpointStateRow, "kind" | "id" | "content">;

const idsAtOnce = 500;

/** What of a job is not as the newest versions say; everything when `since` is `undefined`. */
export async function capturedChanges(
  tx: Tx,
  jobId: JobId,
  since: number | undefined,
): Promise<readonly StateVersion[]> {
  const job = await tx.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow();
  // Whoever holds it now holds it no more when somebody goes back to this.
  const standing = { ...job, coordinator_id: null, coordinator_until: null };
  const versions: StateVersion[] = [{ kind: "job", id: jobId, content: JSON.stringify(standing) }];
  const tasks = since === undefined ? undefined : await changedTasks(tx, jobId, since);
  const ids = tasks ?? (await allTasks(tx, jobId));
  for (const part of parts(ids)) versions.push(...(await ofTasks(tx, part)));
  const others = await tx
    .selectFrom("sessions")
    .selectAll()
    .where("job_id", "=", jobId)
    .where("task_id", "is", null)
    .execute();
  versions.push(...others.map((row) => versionOf("session", row.key, row)));
  return withoutKnown(tx, jobId, versions);
}

const versionOf = (kind: string, id: string, row: object): StateVersion => ({ kind, id, content: JSON.stringify(row) });

async function allTasks(tx: Tx, jobId: JobId): Promise<readonly string[]> {
  const rows = await tx.selectFrom("tasks").select("id").where("job_id", "=", jobId).execute();
  return rows.map(({ id }) => id);
}

const heldStatuses = taskStatuses.filter((status) => status !== "pending" && !isSettled(status));

/** Those that an event names, and those in somebody's hands: not everything that is written about these is an event. */
async function changedTasks(tx: Tx, jobId: JobId, since: number): Promise<readonly string[]> {
  const events = await tx
    .selectFrom("events")
    .select(["task_id", "type", "data"])
    .where("job_id", "=", jobId)
    .where("seq", ">", since)
    .execute();
  const named = events.flatMap(({ task_id: id, type, data }) =>
    type === "tasks-added" ? eventDataFromText("tasks-added", data).tasks : id === null ? [] : [id],
  );
  const rows = await tx
    .selectFrom("tasks")
    .select("id")
    .where("job_id", "=", jobId)
    .where("status", "in", heldStatuses)
    .execute();
  return [...new Set([...named, ...rows.map(({ id }) => id)])];
}

async function ofTasks(tx: Tx, ids: readonly string[]): Promise<readonly StateVersion[]> {
  const tasks = await tx.selectFrom("tasks").selectAll().where("id", "in", ids).execute();
  const edges = await tx.selectFrom("task_dependencies").selectAll().where("task_id", "in", ids).execute();
  const attempts = await tx.selectFrom("attempts").selectAll().where("task_id", "in", ids).execute();
  const sessions = await tx.selectFrom("sessions").selectAll().where("task_id", "in", ids).execute();
  const dependsOn = Map.groupBy(edges, (edge) => edge.task_id);
  return [
    ...tasks.map((row) => {
      const needs = dependsOn.get(row.id)?.map((edge) => edge.depends_on) ?? [];
      return versionOf("task", row.id, { row, dependsOn: needs });
    }),
    ...attempts.map((row) => versionOf("attempt", row.id, row)),
    ...sessions.map((row) => versionOf("session", row.key, row)),
  ];
}

async function withoutKnown(tx: Tx, jobId: JobId, versions: readonly StateVersion[]): Promise<readonly StateVersion[]> {
  const known = new Map<string, string>();
  for (const part of parts(versions.map(({ id }) => id))) {
    const rows = await tx
      .selectFrom("checkpoint_states")
      .select(["kind", "id", "content"])
      .where("job_id", "=", jobId)
      .where("kind", "in", ["job", "task", "attempt", "session"])
      .where("id", "in", part)
      .orderBy("seq")
      .execute();
    for (const row of rows) known.set(`${row.kind} ${row.id}`, row.content);
  }
  return versions.filter(({ kind, id, content }) => known.get(`${kind} ${id}`) !== content);
}

const tipEvents = ["integration-finished", "job-rolled-back", "job-forked"] as const;

/**
 * The job's tip as far as its tasks say it: a merge that has moved the tip and is not recorded yet does not count. So state and
 * tip belong together, whatever moves meanwhile.
 */
export async function recordedTip(tx: Kysely<StateTables>, jobId: JobId): Promise<string> {
  const last = await tx
    .selectFrom("events")
    .select(["type", "data"])
    .where("job_id", "=", jobId)
    .where("type", "in", tipEvents)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  if (last !== undefined) return jobTipFromEvent(last);
  const job = await tx.selectFrom("jobs").select("base_commit").where("id", "=", jobId).executeTakeFirstOrThrow();
  return job.base_commit;
}

/** Few enough for one statement. */
export function* parts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += idsAtOnce) yield items.slice(at, at + idsAtOnce);
}
