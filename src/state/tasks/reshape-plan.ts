import { jobOfTask, taskIdOf, type TaskId } from "../../domain/ids.ts";
import type { Replacement } from "../../domain/model.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import { withoutTask } from "../../domain/plan/without-task.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { insertTasks } from "./insert-tasks.ts";
import { holdLike } from "../budgets/part-limits.ts";
import { specFromRow } from "../rows.ts";

type Change = { readonly taskId: TaskId; readonly at: number };

/** Part of the transaction that decides: the parts become tasks, and the whole comes after them. */
export async function splitInto(tx: Tx, { taskId, at }: Change, parts: readonly TaskSpec[]): Promise<void> {
  const jobId = jobOfTask(taskId);
  await addRows(tx, { taskId, at }, parts);
  const keys = parts.map(({ key }) => key);
  for (const key of keys) {
    await tx
      .insertInto("task_dependencies")
      .values({ task_id: taskId, depends_on: taskIdOf(jobId, key) })
      .execute();
  }
  const spec = await specOf(tx, taskId);
  const shared = parts.reduce((sum, { budgetUsd = 0 }) => sum + budgetUsd, 0);
  const budget = spec.budgetUsd === undefined ? {} : { budgetUsd: spec.budgetUsd - shared };
  await setSpec(tx, taskId, { ...spec, ...budget, dependsOn: [...new Set([...spec.dependsOn, ...keys])] });
}

/** Part of the transaction that decides: what has not begun waits for the new tasks instead of the failed one. */
export async function replaceTask(tx: Tx, { taskId, at }: Change, { added, changed }: Replacement): Promise<void> {
  const jobId = jobOfTask(taskId);
  await addRows(tx, { taskId, at }, added);
  const failedKey = (await specOf(tx, taskId)).key;
  const keys = added.map(({ key }) => key);
  await tx
    .updateTable("tasks")
    .set({ replaced_by: JSON.stringify(keys) })
    .where("id", "=", taskId)
    .execute();
  const waiting = await tx
    .selectFrom("tasks")
    .innerJoin("task_dependencies", "task_dependencies.task_id", "tasks.id")
    .select(["tasks.id", "tasks.spec"])
    .where("task_dependencies.depends_on", "=", taskId)
    .where("tasks.status", "=", "pending")
    .execute();
  for (const row of waiting) {
    await setSpec(tx, row.id, withoutTask(specFromRow(row), failedKey, keys));
    await tx.deleteFrom("task_dependencies").where("task_id", "=", row.id).where("depends_on", "=", taskId).execute();
    for (const key of keys) {
      const edge = { task_id: row.id, depends_on: taskIdOf(jobId, key) };
      await tx
        .insertInto("task_dependencies")
        .values(edge)
        .onConflict((oc) => oc.doNothing())
        .execute();
    }
  }
  const reworded = await reword(tx, taskId, changed);
  const tasks = [...new Set([...waiting.map(({ id }) => id), ...reworded])];
  await appendEvent(tx, { at, type: "tasks-changed", subject: { jobId, taskId }, data: { tasks } });
}

/** Only what still has not begun. */
async function reword(tx: Tx, taskId: TaskId, changed: Replacement["changed"]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const { key, prompt } of changed) {
    const id = taskIdOf(jobOfTask(taskId), key);
    const row = await tx.selectFrom("tasks").select(["spec", "status"]).where("id", "=", id).executeTakeFirst();
    if (row?.status !== "pending") continue;
    await setSpec(tx, id, { ...specFromRow(row), prompt });
    ids.push(id);
  }
  return ids;
}

async function addRows(tx: Tx, { taskId, at }: Change, specs: readonly TaskSpec[]): Promise<void> {
  if (specs.length === 0) return;
  const jobId = jobOfTask(taskId);
  const last = await tx
    .selectFrom("tasks")
    .select((eb) => eb.fn.max("position").as("position"))
    .where("job_id", "=", jobId)
    .executeTakeFirstOrThrow();
  await insertTasks(tx, { jobId, specs, firstPosition: last.position + 1 });
  const tasks = specs.map(({ key }) => taskIdOf(jobId, key));
  await holdLike(tx, taskId, tasks);
  await appendEvent(tx, { at, type: "tasks-added", subject: { jobId }, data: { tasks } });
}

const specOf = async (tx: Tx, id: TaskId): Promise<TaskSpec> =>
  specFromRow(await tx.selectFrom("tasks").select("spec").where("id", "=", id).executeTakeFirstOrThrow());

const setSpec = (tx: Tx, id: string, spec: TaskSpec) =>
  tx
    .updateTable("tasks")
    .set({ spec: JSON.stringify(spec) })
    .where("id", "=", id)
    .execute();
