import { TuttiError } from "../../domain/errors.ts";
import { taskIdOf, type JobId, type TaskId, type WorkerId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { isJobOver } from "../../domain/job-status.ts";
import type { AddedTasks } from "../../domain/plan/add-tasks.ts";
import type { Plan } from "../../domain/plan/plan-schema.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import { isSettled, type TaskStatus } from "../../domain/task-status.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { changeJobStatus } from "../jobs/change-job-status.ts";
import type { StateContext } from "../context.ts";
import { insertTasks } from "./insert-tasks.ts";
import { moveTask, type Fence, type TaskMove } from "./move-task.ts";
import { jobStatusOf, specFromRow, taskFromRow, taskStatusOf } from "../rows.ts";
import { tasksWithoutWorker } from "../fleet/workers-at-work.ts";

/** Commands and queries on tasks. */
export class Tasks {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Makes the plan's tasks, all in one transaction; a second call is a no-op, and so is one for a job that was cancelled meanwhile. */
  async addPlan(jobId: JobId, plan: Plan): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const existing = await tx.selectFrom("tasks").select("id").where("job_id", "=", jobId).executeTakeFirst();
      if (existing !== undefined || (await isCancelled(tx, jobId))) return;
      await insertTasks(tx, { jobId, specs: plan.tasks, firstPosition: 0 });
      const data = { summary: plan.summary, taskCount: plan.tasks.length };
      await appendEvent(tx, { at, type: "plan-accepted", subject: { jobId }, data });
    });
  }

  /**
   * Adds tasks to a job that is carried out, all in one transaction; a job that was over goes on with them.
   * @param choose - turns the job's tasks so far into those to add; what it throws is thrown, and nothing is stored
   * @returns ids in the order of `keys`
   */
  async add(jobId: JobId, choose: (known: readonly TaskSpec[]) => AddedTasks): Promise<readonly TaskId[]> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const rows = await tx
        .selectFrom("tasks")
        .select(["spec", "position"])
        .where("job_id", "=", jobId)
        .orderBy("position")
        .execute();
      const { status } = await tx.selectFrom("jobs").select("status").where("id", "=", jobId).executeTakeFirstOrThrow();
      if (status === "cancelled") throw jobCancelled(jobId);
      const { keys, added } = choose(rows.map(specFromRow));
      const ids = keys.map((key) => taskIdOf(jobId, key));
      if (added.length === 0) return ids;
      await insertTasks(tx, { jobId, specs: added, firstPosition: (rows.at(-1)?.position ?? -1) + 1 });
      const tasks = added.map(({ key }) => taskIdOf(jobId, key));
      await appendEvent(tx, { at, type: "tasks-added", subject: { jobId }, data: { tasks } });
      if (isJobOver(jobStatusOf({ status }))) {
        await changeJobStatus(tx, { id: jobId, to: "running", reason: "tasks were added", mayReopen: true, at });
      }
      return ids;
    });
  }

  /** In the order of the plan. */
  async list(jobId: JobId): Promise<readonly Task[]> {
    const { rows, edges } = await this.#context.store.read(async (db) => ({
      rows: await db.selectFrom("tasks").selectAll().where("job_id", "=", jobId).orderBy("position").execute(),
      edges: await db
        .selectFrom("task_dependencies")
        .innerJoin("tasks", "tasks.id", "task_dependencies.task_id")
        .select(["task_id", "depends_on"])
        .where("tasks.job_id", "=", jobId)
        .execute(),
    }));
    const dependsOn = Map.groupBy(edges, (edge) => edge.task_id);
    return rows.map((row) => taskFromRow(row, dependsOn.get(row.id)?.map((edge) => edge.depends_on) ?? []));
  }

  /** How many tasks of a job have each status. */
  async countByStatus(jobId: JobId): Promise<ReadonlyMap<TaskStatus, number>> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("tasks")
        .select((eb) => ["status", eb.fn.countAll().as("count")])
        .where("job_id", "=", jobId)
        .groupBy("status")
        .execute(),
    );
    return new Map(rows.map((row) => [taskStatusOf(row), Number(row.count)]));
  }

  /** How many wait for a worker now, and the largest priority among them. */
  async waiting(jobId: JobId): Promise<{ readonly count: number; readonly priority: number }> {
    const row = await this.#context.store.read((db) =>
      tasksWithoutWorker(db, jobId)
        .select((eb) => [eb.fn.countAll().as("count"), eb.fn.max("tasks.priority").as("priority")])
        .executeTakeFirst(),
    );
    return { count: Number(row?.count ?? 0), priority: row?.priority ?? 0 };
  }

  /** @throws {TuttiError} `TASK_UNKNOWN` */
  async get(id: TaskId): Promise<Task> {
    const { row, edges } = await this.#context.store.read(async (db) => ({
      row: await db.selectFrom("tasks").selectAll().where("id", "=", id).executeTakeFirst(),
      edges: await db.selectFrom("task_dependencies").select("depends_on").where("task_id", "=", id).execute(),
    }));
    if (row !== undefined)
      return taskFromRow(
        row,
        edges.map((edge) => edge.depends_on),
      );
    throw new TuttiError("TASK_UNKNOWN", `There is no task ${id}`, { context: { task: id } });
  }

  /**
   * Makes a task ready for its next dispatch.
   * @returns the dispatch's number; `undefined` when the task has come to an end meanwhile, or its job was cancelled
   */
  async markReady(id: TaskId): Promise<number | undefined> {
    return this.#context.store.write(async (tx) => {
      const row = await tx
        .selectFrom("tasks")
        .select(["round", "status", "job_id"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if (isSettled(taskStatusOf(row)) || (await isCancelled(tx, row.job_id))) return undefined;
      const { round } = row;
      await moveTask(tx, { id, to: "ready", at: this.#context.now(), set: { round: round + 1, fence_token: 0 } });
      return round + 1;
    });
  }

  /**
   * Makes the caller the one who may write about this task.
   * @throws {TuttiError} `LEASE_LOST` when a later dispatch or a later claim of the same dispatch exists
   */
  async lease(id: TaskId, fence: Fence, workerId: WorkerId): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const row = await tx
        .selectFrom("tasks")
        .select(["round", "fence_token", "status", "started_at"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if (row.round !== fence.round || row.fence_token > fence.token) throw leaseLost(id, fence);
      const isReplayAfterEnd = !["ready", "leased", "running", "validating"].includes(row.status);
      if (isReplayAfterEnd) {
        await tx.updateTable("tasks").set({ fence_token: fence.token }).where("id", "=", id).execute();
        return;
      }
      const set = { fence_token: fence.token, worker_id: workerId, started_at: row.started_at ?? at };
      await moveTask(tx, { id, to: "leased", at, set });
    });
  }

  /** Blocks tasks whose dependency can't complete; one that has come to an end meanwhile stays as it is. */
  async block(blocked: readonly { readonly id: TaskId; readonly culprit: TaskId }[]): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      for (const { id, culprit } of blocked) {
        const row = await tx.selectFrom("tasks").select("status").where("id", "=", id).executeTakeFirstOrThrow();
        if (isSettled(taskStatusOf(row))) continue;
        await moveTask(tx, { id, to: "blocked", at, reason: `needs ${culprit.split("/").at(-1) ?? culprit}` });
      }
    });
  }

  /** For moves without a worker's fence: by the coordinator or a person. A task that is there already stays. */
  async move(
    id: TaskId,
    to: TaskStatus,
    why: Pick<TaskMove, "reason" | "waitsFor" | "ask" | "attemptId"> = {},
  ): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write((tx) => moveTask(tx, { id, to, at, ...why }));
  }

  /**
   * Ends a task for good, and fences out whoever has it.
   * @returns the dispatch that it was in; `undefined` when it has come to an end already, or its work is being merged
   */
  async cancel(id: TaskId, reason: string): Promise<number | undefined> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const row = await tx
        .selectFrom("tasks")
        .select(["status", "round"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if (isSettled(taskStatusOf(row)) || row.status === "integrating") return undefined;
      await moveTask(tx, { id, to: "cancelled", at, reason, set: { round: row.round + 1 } });
      return row.round;
    });
  }

  /**
   * A person's retry: a task that failed, waits or is blocked starts again with a clean count, and without what was accepted.
   * @returns `false` when it does none of these any more, because somebody has answered meanwhile: then it stays as it is
   */
  async retry(id: TaskId, { reason, ...changes }: { readonly reason: string } & TaskChanges): Promise<boolean> {
    const at = this.#context.now();
    const set = { failures: 0, accepted_attempt: null, merged_commit: null, evidence: null };
    return this.#context.store.write(async (tx) => {
      const row = await tx
        .selectFrom("tasks")
        .select(["spec", "status"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if (!standing.has(taskStatusOf(row))) return false;
      const spec = JSON.stringify(changedSpec(specFromRow(row), changes));
      // With other words, what stands in its slot and in its conversation is not what is to be gone on with.
      if (changes.prompt !== undefined || (await wasHeard(tx, id))) await endInterrupted(tx, id, at);
      await moveTask(tx, { id, to: "pending", at, reason, set: { ...set, spec } });
      return true;
    });
  }
}

/** Nobody is at work on them, and nobody will be by itself. */
const standing: ReadonlySet<TaskStatus> = new Set<TaskStatus>(["failed", "waiting", "blocked"]);

/** By then nobody may begin anything of it any more, whatever they saw before. */
async function isCancelled(tx: Tx, jobId: string): Promise<boolean> {
  const { status } = await tx.selectFrom("jobs").select("status").where("id", "=", jobId).executeTakeFirstOrThrow();
  return status === "cancelled";
}

/** What a person may change of a task before it is tried again. */
export type TaskChanges = {
  readonly prompt?: string | undefined;
  /** What it may cost from now on, what it has cost included. */
  readonly budgetUsd?: number | undefined;
};

const changedSpec = (spec: TaskSpec, { prompt, budgetUsd }: TaskChanges): TaskSpec => ({
  ...spec,
  ...(prompt === undefined ? {} : { prompt }),
  ...(budgetUsd === undefined ? {} : { budgetUsd }),
});

/** What its conversation asked, or where it stalled, would only come again there. */
async function wasHeard(tx: Tx, id: TaskId): Promise<boolean> {
  const row = await tx
    .selectFrom("breakpoints")
    .select("id")
    .where("task_id", "=", id)
    .where("status", "=", "open")
    .where("kind", "in", ["question", "stall"])
    .executeTakeFirst();
  return row !== undefined;
}

async function endInterrupted(tx: Tx, id: TaskId, at: number): Promise<void> {
  await tx
    .updateTable("attempts")
    .set({ status: "rejected", ended_at: at })
    .where("task_id", "=", id)
    .where("status", "=", "interrupted")
    .execute();
}

const jobCancelled = (job: JobId): TuttiError =>
  new TuttiError("INPUT_INVALID", `Job ${job} is cancelled: it takes no more tasks`, {
    hint: 'Make another one: tutti job create "<goal>"',
    context: { job },
  });

export const leaseLost = (id: TaskId, fence: Fence): TuttiError =>
  new TuttiError("LEASE_LOST", `The lease on task ${id} has passed to another worker`, {
    failureClass: "killed",
    context: { task: id, round: fence.round, token: fence.token },
  });
