import type { Kysely } from "kysely";

import type { Rollback } from "../../domain/checkpoint/checkpoint.ts";
import { TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { CheckpointId, JobId, WorkerId } from "../../domain/ids.ts";
import { appendEvent } from "../append-events.ts";
import { applyRollback, type RollbackEffect } from "./apply-rollback.ts";
import { rollbackFromRow } from "./checkpoint-rows.ts";
import type { StateContext } from "../context.ts";
import type { StateTables } from "../schema.ts";

/**
 * `applied`: everything has gone back, and runs of before are still to be cancelled. `failing`: nothing may go back any more, and the
 * branch may still stand where it was to go.
 */
const underWay = ["pending", "applied", "failing"];

/** Who carries a rollback out, under the lease of a coordinator. */
export type RollbackLease = Pick<Rollback, "id" | "jobId"> & { readonly holder: WorkerId };

/** Commands and queries on rollbacks. Only whoever holds the job calls the commands. */
export class Rollbacks {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async begin(rollback: Pick<Rollback, "id" | "jobId" | "checkpointId" | "request">): Promise<void> {
    const at = this.#context.now();
    const { id, jobId, checkpointId, request } = rollback;
    await this.#context.store.write(async (tx) => {
      const row = { id, job_id: jobId, checkpoint_id: checkpointId, request: JSON.stringify(request) };
      await tx
        .insertInto("rollbacks")
        .values({ ...row, status: "pending", created_at: at })
        .execute();
      const data = { rollback: id, checkpoint: checkpointId, strategy: request.strategy };
      await appendEvent(tx, { at, type: "rollback-started", subject: { jobId }, data });
    });
  }

  /** The one that was begun and has not come to an end. */
  async pending(jobId: JobId): Promise<Rollback | undefined> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("rollbacks")
        .selectAll()
        .where("job_id", "=", jobId)
        .where("status", "in", underWay)
        .orderBy("created_at")
        .executeTakeFirst(),
    );
    return row && rollbackFromRow(row);
  }

  async get(id: CheckpointId): Promise<Rollback> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("rollbacks").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
    );
    return rollbackFromRow(row);
  }

  /**
   * For what no transaction reaches, right before it: refs.
   * @throws {TuttiError} `LEASE_LOST` when somebody else holds the job, or the rollback has come to an end
   */
  async assertPending(lease: RollbackLease): Promise<void> {
    const status = await this.#context.store.read((db) => statusUnder(db, lease));
    if (status !== "pending") throw endedMeanwhile(lease, `it is ${status}`);
  }

  /**
   * Everything goes back in one transaction. A second call is a no-op.
   * @throws {TuttiError} `LEASE_LOST` when somebody else holds the job, or it may not go back any more
   */
  async apply(effect: RollbackEffect, holder: WorkerId): Promise<void> {
    const at = this.#context.now();
    const { rollback: id } = effect.result;
    const lease = { id, jobId: effect.jobId, holder };
    await this.#context.store.write(async (tx) => {
      const status = await statusUnder(tx, lease);
      if (status === "applied" || status === "done") return;
      if (status !== "pending") throw endedMeanwhile(lease, `it is ${status}`);
      await applyRollback(tx, effect, at);
      const set = { status: "applied", result: JSON.stringify(effect.result) };
      await tx.updateTable("rollbacks").set(set).where("id", "=", id).execute();
    });
  }

  /**
   * Settles that nothing goes back, before the branch is put back.
   * @returns `false` when everything has gone back already
   * @throws {TuttiError} `LEASE_LOST` when somebody else holds the job
   */
  async turnBack(lease: RollbackLease): Promise<boolean> {
    return this.#context.store.write(async (tx) => {
      const status = await statusUnder(tx, lease);
      if (status !== "pending") return status === "failing";
      await tx.updateTable("rollbacks").set({ status: "failing" }).where("id", "=", lease.id).execute();
      return true;
    });
  }

  /** Nothing of it is left to do. */
  async finish(id: CheckpointId): Promise<void> {
    const set = { status: "done", ended_at: this.#context.now() };
    await this.#context.store.write(async (tx) => {
      await tx.updateTable("rollbacks").set(set).where("id", "=", id).where("status", "=", "applied").execute();
    });
  }

  /** Nothing has gone back, and the branch stands where it stood. @throws {TuttiError} `LEASE_LOST` */
  async fail(lease: RollbackLease, error: ErrorJson): Promise<void> {
    const at = this.#context.now();
    const { id, jobId } = lease;
    await this.#context.store.write(async (tx) => {
      if ((await statusUnder(tx, lease)) !== "failing") return;
      await tx.updateTable("rollbacks").set({ status: "failed", ended_at: at }).where("id", "=", id).execute();
      await appendEvent(tx, { at, type: "rollback-failed", subject: { jobId }, data: { rollback: id, error } });
    });
  }

  /** Ids of the checkpoints that rollbacks under way go back to, and of those before them. */
  async neededCheckpoints(): Promise<ReadonlySet<string>> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("rollbacks").select(["id", "checkpoint_id"]).where("status", "in", underWay).execute(),
    );
    return new Set(rows.flatMap(({ id, checkpoint_id }) => [id, checkpoint_id]));
  }
}

async function statusUnder(db: Kysely<StateTables>, lease: RollbackLease): Promise<string> {
  const row = await db
    .selectFrom("rollbacks")
    .innerJoin("jobs", "jobs.id", "rollbacks.job_id")
    .select(["rollbacks.status", "jobs.coordinator_id"])
    .where("rollbacks.id", "=", lease.id)
    .executeTakeFirstOrThrow();
  if (row.coordinator_id !== lease.holder) throw endedMeanwhile(lease, "somebody else holds the job");
  return row.status;
}

const endedMeanwhile = ({ id, jobId }: RollbackLease, why: string): TuttiError =>
  new TuttiError("LEASE_LOST", `Rollback ${id} of ${jobId} is not this process's to go on with: ${why}`, {
    failureClass: "killed",
    context: { rollback: id, job: jobId },
  });
