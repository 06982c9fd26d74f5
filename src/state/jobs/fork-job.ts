import type { JobId } from "../../domain/ids.ts";
import { taskIdOf } from "../../domain/ids.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import type { JobSettings } from "../../domain/settings.ts";
import { isSettled, type TaskStatus } from "../../domain/task-status.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { JobVersions, TaskVersion } from "../checkpoints/checkpoint-versions.ts";
import { jobStatusOf, specFromRow, taskStatusOf } from "../rows.ts";
import type { JobRow, TaskRow } from "../schema.ts";
import { currentWorkflow, insertWorkflowRun } from "../workflows/workflow-runs.ts";

export type JobFork = {
  /** Of the new job. */
  readonly id: JobId;
  readonly branch: string;
  readonly options: JobSettings;
  readonly checkpoint: string;
  readonly from: JobId;
  readonly tip: string;
  readonly versions: JobVersions;
};

/** Part of the transaction that makes a job of what another one was at a checkpoint. */
export async function insertFork(tx: Tx, fork: JobFork, at: number): Promise<void> {
  const { id, versions, from, checkpoint, tip } = fork;
  const { job } = versions;
  if (job === undefined) throw new Error(`checkpoint ${checkpoint} knows nothing of its job`);
  const tasks = [...versions.tasks.values()].filter(({ row }) => row.taken_back_by === null);
  const rows = tasks.map(({ row }) => forkedTask(id, row));
  await tx
    .insertInto("jobs")
    .values(forkedJob(job, fork, { rows, at }))
    .execute();
  for (const row of rows) await tx.insertInto("tasks").values(row).execute();
  await forkPartLimits(tx, fork, rows);
  for (const task of tasks) {
    await insertDependencies(tx, id, task);
    await keepResultKey(tx, id, task.row);
  }
  await forkWorkflow(tx, fork, at);
  const subject = { jobId: id };
  const { goal, base_commit: baseCommit } = job;
  await appendEvent(tx, { at, type: "job-created", subject, data: { goal, baseCommit } });
  await appendEvent(tx, { at, type: "job-forked", subject, data: { checkpoint, from, tip } });
}

/** Its body begins at the start: what was done is not asked for again, because the same request is the same task. */
async function forkWorkflow(tx: Tx, { id: jobId, from }: JobFork, at: number): Promise<void> {
  const run = await currentWorkflow(tx, from);
  if (run !== undefined) await insertWorkflowRun(tx, { jobId, run, number: 1, at });
}

/** Also of what is carried out before the new body asks for it again. */
async function forkPartLimits(tx: Tx, { id: jobId, from }: JobFork, tasks: readonly TaskRow[]): Promise<void> {
  const limits = await tx.selectFrom("part_limits").selectAll().where("job_id", "=", from).execute();
  const byTask = Map.groupBy(limits, ({ task_id }) => task_id);
  for (const { id, key } of tasks) {
    const own = (byTask.get(taskIdOf(from, key)) ?? []).map((limit) => ({ ...limit, job_id: jobId, task_id: id }));
    if (own.length > 0) await tx.insertInto("part_limits").values(own).execute();
  }
}

type Standing = { readonly rows: readonly TaskRow[]; readonly at: number };

function forkedJob(job: JobRow, { id, branch, options }: JobFork, { rows, at }: Standing): JobRow {
  const fresh = { report: null, coordinator_id: null, coordinator_until: null, pause_requested_at: null };
  // A workflow says by itself whether there is more to do.
  const status = job.strategy === "workflow" ? "interrupted" : statusOf(job, rows);
  const named = { id, branch, options: JSON.stringify(options), dispatch_key: null };
  const over = status === "completed" ? at : null;
  return { ...job, ...fresh, ...named, status, round: 1, created_at: at, ended_at: over };
}

/** Nobody has asked anything of it yet: it stands still until it is resumed. */
function statusOf(job: JobRow, rows: readonly TaskRow[]): JobStatus {
  if (rows.length === 0) return jobStatusOf(job) === "proposed" ? "proposed" : "interrupted";
  return rows.every((row) => isSettled(taskStatusOf(row))) ? "completed" : "interrupted";
}

/** What was done stays done, with its evidence. Everything else, what had failed included, is to be done anew. */
function forkedTask(jobId: JobId, row: TaskRow): TaskRow {
  const status = taskStatusOf(row);
  const { escalate: _ladder, ...spec } = specFromRow(row);
  const place = { id: taskIdOf(jobId, row.key), job_id: jobId, round: 0, fence_token: 0, worker_id: null };
  if (isForGood(status)) return { ...row, ...place };
  const undone = { accepted_attempt: null, merged_commit: null, evidence: null, reason: null, waits_for: null };
  const begun = { failures: 0, started_at: null, ended_at: null };
  return { ...row, ...place, ...undone, ...begun, status: "pending", spec: JSON.stringify(spec) };
}

const isForGood = (status: TaskStatus): boolean => status === "completed" || status === "cancelled";

async function insertDependencies(tx: Tx, jobId: JobId, { row, dependsOn }: TaskVersion): Promise<void> {
  for (const on of dependsOn) {
    const key = on.slice(on.lastIndexOf("/") + 1);
    const edge = { task_id: taskIdOf(jobId, row.key), depends_on: taskIdOf(jobId, key) };
    await tx.insertInto("task_dependencies").values(edge).execute();
  }
}

/** What was done was done by the other job's rules: what depends on it is a result of that. */
async function keepResultKey(tx: Tx, jobId: JobId, { id, key, accepted_attempt: attempt }: TaskRow): Promise<void> {
  const noted = await tx.selectFrom("task_result_keys").select("key").where("task_id", "=", id).executeTakeFirst();
  const stored = await tx.selectFrom("results").select("key").where("attempt_id", "=", attempt).executeTakeFirst();
  const known = noted?.key ?? stored?.key;
  if (attempt === null || known === undefined) return;
  await tx
    .insertInto("task_result_keys")
    .values({ task_id: taskIdOf(jobId, key), key: known })
    .execute();
}
