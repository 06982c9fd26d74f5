import { taskIdOf, type JobId } from "../../domain/ids.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import type { Tx } from "../append-events.ts";
import type { DependencyRow, TaskRow } from "../schema.ts";

/** SQLite takes some 32,000 values in one statement. */
const rowsAtOnce = 500;

export type NewTasks = { readonly jobId: JobId; readonly specs: readonly TaskSpec[]; readonly firstPosition: number };

/** Writes tasks and what they depend on; they wait to be dispatched. */
export async function insertTasks(tx: Tx, { jobId, specs, firstPosition }: NewTasks): Promise<void> {
  const rows = specs.map((spec, index) => rowOf(jobId, spec, firstPosition + index));
  for (const part of parts(rows)) await tx.insertInto("tasks").values(part).execute();
  const edges: DependencyRow[] = specs.flatMap((spec) =>
    spec.dependsOn.map((on) => ({ task_id: taskIdOf(jobId, spec.key), depends_on: taskIdOf(jobId, on) })),
  );
  for (const part of parts(edges)) await tx.insertInto("task_dependencies").values(part).execute();
}

const rowOf = (jobId: JobId, spec: TaskSpec, position: number): NewRow => ({
  id: taskIdOf(jobId, spec.key),
  job_id: jobId,
  key: spec.key,
  position,
  status: "pending",
  spec: JSON.stringify(spec),
  batch: spec.batch ?? null,
  priority: spec.priority,
  round: 0,
  fence_token: 0,
  failures: 0,
});

type NewRow = Pick<
  TaskRow,
  "id" | "job_id" | "key" | "position" | "status" | "spec" | "batch" | "priority" | "round" | "fence_token" | "failures"
>;

function* parts<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) yield rows.slice(at, at + rowsAtOnce);
}
