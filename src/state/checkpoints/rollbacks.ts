import type { Rollback } from "../../domain/checkpoint/checkpoint.ts";
import type { ErrorJson } from "../../domain/errors.ts";
import type { CheckpointId, JobId } from "../../domain/ids.ts";
import { appendEvent } from "../append-events.ts";
import { applyRollback, type RollbackEffect } from "./apply-rollback.ts";
import { rollbackFromRow } from "./checkpoint-rows.ts";
import type { StateContext } from "../context.ts";

/** `applied`: everything has gone back, and runs of before are still to be cancelled. */
const underWay = ["pending", "applied"];

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

  /** Everything goes back in one transaction. A second call is a no-op. */
  async apply(effect: RollbackEffect): Promise<void> {
    const at = this.#context.now();
    const { rollback: id } = effect.result;
    await this.#context.store.write(async (tx) => {
      const { status } = await tx
        .selectFrom("rollbacks")
        .select("status")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if (status !== "pending") return;
      await applyRollback(tx, effect, at);
      const set = { status: "applied", result: JSON.stringify(effect.result) };
      await tx.updateTable("rollbacks").set(set).where("id", "=", id).execute();
    });
  }

  /** Nothing of it is left to do. */
  async finish(id: CheckpointId): Promise<void> {
    const set = { status: "done", ended_at: this.#context.now() };
    await this.#context.store.write(async (tx) => {
      await tx.updateTable("rollbacks").set(set).where("id", "=", id).where("status", "=", "applied").execute();
    });
  }

  /** Nothing has gone back. */
  async fail({ id, jobId }: Pick<Rollback, "id" | "jobId">, error: ErrorJson): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const { status } = await tx
        .selectFrom("rollbacks")
        .select("status")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if (status !== "pending") return;
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
