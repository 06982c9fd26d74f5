import type { Kysely } from "kysely";

import { asTaskId, type JobId, type TaskId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { writesOf, type TaskFacts } from "../../domain/schedule/task-facts.ts";
import type { StateContext } from "../context.ts";
import { eventDataFromText, specFromRow, taskStatusOf, waitsForOf } from "../rows.ts";
import type { StateTables, TaskRow } from "../schema.ts";

/** What a driver needs to know of a task, without what it is about. */
export type ScheduledTask = TaskFacts & Pick<Task, "round" | "waitsFor"> & { readonly writes: readonly string[] };

export type FeedPage = {
  readonly tasks: readonly ScheduledTask[];
  /** Number of the last event that is accounted for. */
  readonly cursor: number;
};

const idsAtOnce = 500;
const facts = ["id", "status", "priority", "position", "round", "waits_for", "spec", "batch"] as const;

/** The tasks of a job as they change: whoever follows it reads each change once, however many tasks there are. */
export class TaskFeed {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** All tasks, in their order. What changes meanwhile comes again with `since`. */
  open(jobId: JobId): Promise<FeedPage> {
    return this.#context.store.read(async (db) => {
      const last = await db
        .selectFrom("events")
        .select((eb) => eb.fn.max("seq").as("seq"))
        .where("job_id", "=", jobId)
        .executeTakeFirst();
      const rows = await db.selectFrom("tasks").select(facts).where("job_id", "=", jobId).orderBy("position").execute();
      return { tasks: await withDependencies(db, rows), cursor: last?.seq ?? 0 };
    });
  }

  /** Those that are new or have changed since; in no order. */
  since(jobId: JobId, cursor: number): Promise<FeedPage> {
    return this.#context.store.read(async (db) => {
      const events = await db
        .selectFrom("events")
        .select(["seq", "task_id", "type", "data"])
        .where("job_id", "=", jobId)
        .where("seq", ">", cursor)
        .orderBy("seq")
        .execute();
      const ids = [...new Set(events.flatMap(changedBy))];
      const rows = [];
      for (let at = 0; at < ids.length; at += idsAtOnce) {
        const part = ids.slice(at, at + idsAtOnce);
        rows.push(...(await db.selectFrom("tasks").select(facts).where("id", "in", part).execute()));
      }
      return { tasks: await withDependencies(db, rows), cursor: events.at(-1)?.seq ?? cursor };
    });
  }
}

type ChangeRow = { readonly task_id: string | null; readonly type: string; readonly data: string };

function changedBy({ task_id, type, data }: ChangeRow): readonly string[] {
  if (type === "tasks-added") return eventDataFromText("tasks-added", data).tasks;
  if (type === "tasks-changed") return eventDataFromText("tasks-changed", data).tasks;
  return type === "task-status-changed" && task_id !== null ? [task_id] : [];
}

type FactRow = Pick<TaskRow, (typeof facts)[number]>;

async function withDependencies(db: Kysely<StateTables>, rows: readonly FactRow[]): Promise<readonly ScheduledTask[]> {
  const dependsOn = new Map<string, TaskId[]>(rows.map(({ id }) => [id, []]));
  const ids = rows.map(({ id }) => id);
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const part = ids.slice(at, at + idsAtOnce);
    const edges = await db.selectFrom("task_dependencies").selectAll().where("task_id", "in", part).execute();
    for (const { task_id, depends_on } of edges) dependsOn.get(task_id)?.push(asTaskId(depends_on));
  }
  return rows.map((row) => ({
    id: asTaskId(row.id),
    status: taskStatusOf(row),
    priority: row.priority,
    createdAt: row.position,
    round: row.round,
    waitsFor: waitsForOf(row),
    dependsOn: dependsOn.get(row.id) ?? [],
    writes: writesOf(specFromRow(row)),
    ...(row.batch === null ? {} : { batch: row.batch }),
  }));
}
