import { grantTurn, settledUsd, type Budget, type Grant, type TurnRequest } from "../../domain/budget/budget.ts";
import { asWorkerId, type JobId, type TaskId, type WorkerId } from "../../domain/ids.ts";
import type { Tx } from "../append-events.ts";
import { readChain, type BudgetPlace, type Caps } from "./budgets.ts";
import type { StateContext } from "../context.ts";
import type { WorkerProcess } from "../fleet/fleet.ts";
import type { ReservationRow } from "../schema.ts";

/** A turn of a conversation, and who has it done. */
export type ReservedTurn = {
  readonly key: string;
  readonly turn: number;
  readonly jobId: JobId;
  readonly taskId?: TaskId;
  readonly workerId: WorkerId;
};

/** What turns set aside of the budgets of their project, job and task before they begin. */
export class Reservations {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Sets aside at every level or at none, in one transaction: two turns never get the same money. */
  async reserve(turn: ReservedTurn, caps: Caps, request: (chain: readonly Budget[]) => TurnRequest): Promise<Grant> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const chain = await readChain(tx, turn, caps);
      const grant = grantTurn(chain, request(chain));
      if (grant.kind !== "granted" || chain.length === 0) return grant;
      const { key, jobId, taskId, workerId } = turn;
      await tx
        .insertInto("reservations")
        .values({
          session_key: key,
          turn: turn.turn,
          job_id: jobId,
          task_id: taskId ?? null,
          worker_id: workerId,
          reserved_usd: grant.amountUsd,
          spent_usd: null,
          at,
          settled_at: null,
        })
        .execute();
      return grant;
    });
  }

  /**
   * Turns a reservation into what the turn has cost, as recorded. Without one, or when that was done before, nothing happens.
   * @param isCut - the turn was ended because it had cost what was set aside
   */
  async settle(
    { key, turn }: Pick<ReservedTurn, "key" | "turn">,
    { isCut }: { readonly isCut: boolean },
  ): Promise<void> {
    await this.#context.store.write(async (tx) => {
      const row = await tx
        .selectFrom("reservations")
        .selectAll()
        .where("session_key", "=", key)
        .where("turn", "=", turn)
        .where("settled_at", "is", null)
        .executeTakeFirst();
      if (row !== undefined) await this.#settle(tx, row, isCut);
    });
  }

  /** Settles what a dead worker had set aside with what was recorded as spent. */
  async settleWorker(workerId: WorkerId): Promise<void> {
    await this.#context.store.write(async (tx) => {
      const rows = await tx
        .selectFrom("reservations")
        .selectAll()
        .where("worker_id", "=", workerId)
        .where("settled_at", "is", null)
        .execute();
      for (const row of rows) await this.#settle(tx, row, false);
    });
  }

  /** What is capped at a place of the tree, with what was spent there; empty without a cap. */
  chain(place: BudgetPlace, caps: Caps): Promise<readonly Budget[]> {
    return this.#context.store.read((db) => readChain(db, place, caps));
  }

  /** Processes with an open reservation in the project of a job. */
  async holders(jobId: JobId): Promise<readonly WorkerProcess[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("reservations")
        .innerJoin("workers", "workers.id", "reservations.worker_id")
        .innerJoin("jobs", "jobs.id", "reservations.job_id")
        .selectAll("workers")
        .distinct()
        .where("reservations.settled_at", "is", null)
        .where("jobs.project_path", "=", (eb) =>
          eb.selectFrom("jobs as own").select("own.project_path").where("own.id", "=", jobId),
        )
        .execute(),
    );
    return rows.map((row) => ({
      id: asWorkerId(row.id),
      jobId,
      kind: row.kind === "coordinator" ? "coordinator" : "worker",
      host: row.host,
      pid: row.pid,
      pidStart: row.pid_start,
    }));
  }

  async #settle(tx: Tx, { session_key, turn, reserved_usd }: ReservationRow, isCut: boolean): Promise<void> {
    const used = await tx
      .selectFrom("usage")
      .select("cost_usd")
      .where("session_key", "=", session_key)
      .where("turn", "=", turn)
      .execute();
    const knownCostUsd = used.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
    const costUsd = used.some(({ cost_usd }) => cost_usd === null) ? null : knownCostUsd;
    const spentUsd = settledUsd({ reservedUsd: reserved_usd, costUsd, knownCostUsd, isCut });
    await tx
      .updateTable("reservations")
      .set({ spent_usd: spentUsd, settled_at: this.#context.now() })
      .where("session_key", "=", session_key)
      .where("turn", "=", turn)
      .execute();
  }
}
