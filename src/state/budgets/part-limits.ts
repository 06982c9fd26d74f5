import type { Budget } from "../../domain/budget/budget.ts";
import type { PartLimit } from "../../domain/budget/part-limit.ts";
import { jobOfTask, type JobId, type TaskId } from "../../domain/ids.ts";
import type { Tx } from "../append-events.ts";
import { readPart, type Caps } from "./budgets.ts";
import type { StateContext } from "../context.ts";
import type { PartLimitRow } from "./part-limit-table.ts";

/** Which parts of a job's workflow its tasks belong to, and what these parts may cost. */
export class PartLimits {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * Holds a task to the limits of the parts around it, instead of those before. Called before the task is added, so that no turn of it
   * begins without them.
   * @param parts - outermost first
   */
  async hold(taskId: TaskId, parts: readonly PartLimit[]): Promise<void> {
    const known = await this.of(taskId);
    if (JSON.stringify(known) === JSON.stringify(parts)) return;
    const jobId = jobOfTask(taskId);
    await this.#context.store.write(async (tx) => {
      await tx.deleteFrom("part_limits").where("task_id", "=", taskId).execute();
      const rows = parts.map((part, position) => rowOf({ jobId, taskId, position }, part));
      if (rows.length > 0) await tx.insertInto("part_limits").values(rows).execute();
    });
  }

  /** The limits that a task is held to, outermost first. */
  async of(taskId: TaskId): Promise<readonly PartLimit[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("part_limits").selectAll().where("task_id", "=", taskId).orderBy("position").execute(),
    );
    return rows.map(({ path, limit_usd: limitUsd, sharers }) => ({ path, limitUsd, sharers }));
  }

  /** What a part has cost and has set aside, turns that still run included. */
  budgetOf(jobId: JobId, part: PartLimit, { allowsUnpriced }: Pick<Caps, "allowsUnpriced">): Promise<Budget> {
    return this.#context.store.read((db) => readPart(db, { jobId, part, allowsUnpriced }));
  }
}

/** What is added in a task's place, or as a piece of it, belongs to the same parts. */
export async function holdLike(tx: Tx, taskId: TaskId, added: readonly TaskId[]): Promise<void> {
  const rows = await tx.selectFrom("part_limits").selectAll().where("task_id", "=", taskId).execute();
  const copies = added.flatMap((id) => rows.map((row) => ({ ...row, task_id: id })));
  if (copies.length > 0) await tx.insertInto("part_limits").values(copies).execute();
}

const rowOf = (
  { jobId, taskId, position }: { readonly jobId: JobId; readonly taskId: TaskId; readonly position: number },
  { path, limitUsd, sharers }: PartLimit,
): PartLimitRow => ({ job_id: jobId, task_id: taskId, path, position, limit_usd: limitUsd, sharers });
