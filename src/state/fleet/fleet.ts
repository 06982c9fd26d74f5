import { sql, type ExpressionBuilder } from "kysely";

import { asSlotId, asWorkerId, type JobId, type SlotId, type WorkerId } from "../../domain/ids.ts";
import { appendEvent } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import type { StateTables } from "../schema.ts";
import { workersAtWork } from "./workers-at-work.ts";

/** A process that claims runs. Process ids are reused: only pid, start time and host together name one. */
export type WorkerProcess = {
  readonly id: WorkerId;
  readonly jobId: JobId;
  /** `joined`: a worker that no coordinator has started, and that outlives every one. */
  readonly kind: "coordinator" | "worker" | "joined";
  readonly host: string;
  readonly pid: number;
  readonly pidStart: string;
};

export type Slot = {
  readonly id: SlotId;
  readonly jobId: JobId;
  /** Absolute. */
  readonly path: string;
  readonly workerId: WorkerId | undefined;
};

const workerKinds: readonly WorkerProcess["kind"][] = ["coordinator", "worker", "joined"];

/** Workers and the slots that belong to them. */
export class Fleet {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** A process that gave a job up may take one up again. */
  async workerStarted(worker: WorkerProcess): Promise<void> {
    const at = this.#context.now();
    const { id, jobId, kind, host, pid } = worker;
    await this.#context.store.write(async (tx) => {
      await tx
        .insertInto("workers")
        .values({ id, job_id: jobId, kind, host, pid, pid_start: worker.pidStart, status: "live", started_at: at })
        .onConflict((known) => known.column("id").doUpdateSet({ job_id: jobId, status: "live", ended_at: null }))
        .execute();
      await appendEvent(tx, { at, type: "worker-started", subject: { jobId }, data: { workerId: id, pid } });
    });
  }

  /** Idempotent: the worker itself and whoever finds it dead may both say so. Its slots stay its own until released. */
  async workerStopped(id: WorkerId, reason: string): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const row = await tx.selectFrom("workers").select(["status", "job_id"]).where("id", "=", id).executeTakeFirst();
      if (row === undefined || row.status === "stopped") return;
      await tx.updateTable("workers").set({ status: "stopped", ended_at: at }).where("id", "=", id).execute();
      const data = { workerId: id, reason };
      await appendEvent(tx, { at, type: "worker-stopped", subject: { jobId: row.job_id }, data });
    });
  }

  async liveWorkers(jobId: JobId): Promise<readonly WorkerProcess[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("workers").selectAll().where("job_id", "=", jobId).where("status", "=", "live").execute(),
    );
    return rows.map((row) => ({
      id: asWorkerId(row.id),
      jobId,
      kind: workerKinds.find((kind) => kind === row.kind) ?? "worker",
      host: row.host,
      pid: row.pid,
      pidStart: row.pid_start,
    }));
  }

  /** Who stands between a worker and its next task where agents are few: those at work, of all jobs, and those of its job that are first. */
  async rivals(jobId: JobId, id: WorkerId): Promise<{ readonly busy: number; readonly idleBefore: number }> {
    return this.#context.store.read(async (db) => {
      const others = await db
        .selectFrom("workers")
        .select("id")
        .where("job_id", "=", jobId)
        .where("status", "=", "live")
        .where("kind", "in", ["worker", "joined"])
        .where("id", "<", id)
        .execute();
      const atWork = await workersAtWork(db);
      const busy = [...atWork].filter((worker) => worker !== id);
      return { busy: busy.length, idleBefore: others.filter((other) => !atWork.has(other.id)).length };
    });
  }

  async addSlot(slot: {
    readonly id: SlotId;
    readonly jobId: JobId;
    readonly path: string;
    readonly workerId: WorkerId;
  }): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await tx
        .insertInto("slots")
        .values({
          id: slot.id,
          job_id: slot.jobId,
          path: slot.path,
          worker_id: slot.workerId,
          created_at: this.#context.now(),
        })
        .execute();
    });
  }

  /** Takes a free slot: the preferred one, or none when that isn't free; without a preference any free one but the reserved. */
  async takeSlot(request: {
    readonly jobId: JobId;
    readonly workerId: WorkerId;
    readonly preferred?: SlotId;
    readonly reserved?: readonly SlotId[];
  }): Promise<Slot | undefined> {
    return this.#context.store.write(async (tx) => {
      let query = tx
        .selectFrom("slots")
        .selectAll()
        .where("job_id", "=", request.jobId)
        .where("worker_id", "is", null)
        .orderBy("created_at");
      if (request.preferred !== undefined) query = query.where("id", "=", request.preferred);
      const isTaken = new Set<string>(request.preferred === undefined ? request.reserved : []);
      const row = (await query.execute()).find((free) => !isTaken.has(free.id));
      if (row === undefined) return undefined;
      await tx.updateTable("slots").set({ worker_id: request.workerId }).where("id", "=", row.id).execute();
      return { id: asSlotId(row.id), jobId: request.jobId, path: row.path, workerId: request.workerId };
    });
  }

  async releaseSlot(id: SlotId): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await tx.updateTable("slots").set({ worker_id: null }).where("id", "=", id).execute();
    });
  }

  async slots(jobId: JobId): Promise<readonly Slot[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("slots").selectAll().where("job_id", "=", jobId).orderBy("created_at").execute(),
    );
    return rows.map((row) => ({
      id: asSlotId(row.id),
      jobId,
      path: row.path,
      workerId: row.worker_id === null ? undefined : asWorkerId(row.worker_id),
    }));
  }

  /**
   * Says that a slot moves on: what stood there can't be gone on with any more, neither as files nor as a conversation about
   * them; it can still be forked. Written before the move, so that a death in between never continues on other work's files.
   */
  async vacateSlot(id: SlotId): Promise<void> {
    await this.#context.store.write(async (tx) => {
      const nowhere = { slot_id: null };
      await tx
        .updateTable("attempts")
        .set(nowhere)
        .where("slot_id", "=", id)
        .where("status", "in", ["running", "interrupted", "rejected"])
        .execute();
      await tx.updateTable("sessions").set(nowhere).where("slot_id", "=", id).execute();
    });
  }

  /** For a slot whose folder is gone: nothing can go on there, and nobody is to take it again. */
  async forgetSlot(id: SlotId): Promise<void> {
    await this.vacateSlot(id);
    await this.#context.store.write(async (tx) => {
      await tx.deleteFrom("slots").where("id", "=", id).execute();
    });
  }

  /** For a slot whose work can't be saved because its repository is broken: its folder stays, and nobody takes it again. */
  async leaveSlotAside(slot: { id: SlotId; jobId: JobId; path: string; reason: string }): Promise<void> {
    const at = this.#context.now();
    const data = { slot: slot.id, path: slot.path, reason: slot.reason };
    await this.forgetSlot(slot.id);
    await this.#context.store.write((tx) =>
      appendEvent(tx, { at, type: "slot-left-aside", subject: { jobId: slot.jobId }, data }),
    );
  }

  /**
   * Slots with work in them that goes on there: unfinished attempts, one that was rejected while its task's next attempt has yet
   * to begin, and a merge conflict that an agent or a person has yet to settle.
   */
  async reservedSlots(jobId: JobId): Promise<readonly SlotId[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("attempts")
        .innerJoin("tasks", "tasks.id", "attempts.task_id")
        .select("attempts.slot_id")
        .where("attempts.job_id", "=", jobId)
        .where("attempts.status", "in", ["running", "interrupted", "rejected"])
        .where("attempts.slot_id", "is not", null)
        .where("tasks.status", "!=", "cancelled")
        .where((eb) =>
          eb.or([
            eb("attempts.status", "in", ["running", "interrupted"]),
            eb.and([
              eb("attempts.status", "=", "rejected"),
              eb("tasks.status", "in", ["leased", "running"]),
              eb.not(eb.exists(laterAttempt(eb))),
            ]),
          ]),
        )
        .execute(),
    );
    const all = [...rows, ...(await this.#conflictSlots(jobId))];
    return all.flatMap((row) => (row.slot_id === null ? [] : [asSlotId(row.slot_id)]));
  }

  #conflictSlots(jobId: JobId): Promise<readonly { readonly slot_id: string | null }[]> {
    return this.#context.store.read((db) =>
      db
        .selectFrom("sessions")
        .innerJoin("tasks", "tasks.id", "sessions.task_id")
        .select("sessions.slot_id")
        .where("sessions.job_id", "=", jobId)
        .where("sessions.role", "=", "resolver")
        .where("tasks.status", "in", ["waiting", "integrating"])
        .whereRef("sessions.key", "=", sql`tasks.accepted_attempt || '/resolve'`)
        .execute(),
    );
  }

  async noteRescue(rescue: { jobId: JobId; ref: string; slotId: SlotId; reason: string }): Promise<void> {
    const at = this.#context.now();
    const data = { ref: rescue.ref, slot: rescue.slotId, reason: rescue.reason };
    await this.#context.store.write((tx) =>
      appendEvent(tx, { at, type: "work-rescued", subject: { jobId: rescue.jobId }, data }),
    );
  }
}

const laterAttempt = (eb: ExpressionBuilder<StateTables, "attempts" | "tasks">) =>
  eb
    .selectFrom("attempts as later")
    .select("later.id")
    .whereRef("later.task_id", "=", "attempts.task_id")
    .whereRef("later.number", ">", "attempts.number");
