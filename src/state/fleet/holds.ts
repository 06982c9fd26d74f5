import type { EventData, EventType } from "../../domain/events.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Hold } from "../../domain/schedule/admission.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import type { HoldRow } from "./governor-tables.ts";
import { holdFromText } from "../rows.ts";

export type Circuit = {
  /** Tasks of this drive failed in the same way: nothing more begins. */
  readonly isOpen: boolean;
  /** When the drive began, in milliseconds since the Unix epoch: what failed before does not count. */
  readonly since: number;
};

/** What holds the work of jobs back, beside a pause of the account; said in the log when it begins and when it ends. */
export class Holds {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async holdWorkers(jobId: JobId, hold: Hold): Promise<void> {
    await this.#write({ type: "workers-held", jobId, data: hold }, (tx, since) =>
      put(tx, { job_id: jobId, kind: "workers", data: JSON.stringify(hold), since }),
    );
  }

  /** Says nothing where nothing was held. */
  async releaseWorkers(jobId: JobId): Promise<void> {
    await this.#write({ type: "workers-released", jobId, data: {} }, async (tx) => {
      const ofWorkers = tx.deleteFrom("holds").where("job_id", "=", jobId).where("kind", "=", "workers");
      return Number((await ofWorkers.executeTakeFirst()).numDeletedRows) > 0;
    });
  }

  async findWorkerHold(jobId: JobId): Promise<Hold | undefined> {
    const row = await this.#find(jobId, "workers");
    return row === undefined ? undefined : holdFromText(row.data);
  }

  /** A drive begins and counts failures anew. */
  async beginCircuit(jobId: JobId): Promise<void> {
    const before = await this.#find(jobId, "circuit");
    await this.#write({ type: "circuit-closed", jobId, data: {} }, async (tx, since) => {
      await put(tx, { job_id: jobId, kind: "circuit", data: closed, since });
      return before !== undefined && before.data !== closed;
    });
  }

  /**
   * Does nothing when it is open already, or when another drive has begun since the failures were counted.
   * @param since - when the drive began whose failures they are, as `circuit` says it
   */
  async openCircuit(jobId: JobId, cause: EventData["circuit-opened"], since: number): Promise<void> {
    await this.#write({ type: "circuit-opened", jobId, data: cause }, async (tx) => {
      const row = await find(tx, jobId, "circuit");
      const isOther = row !== undefined && (row.data !== closed || row.since !== since);
      return !isOther && put(tx, { job_id: jobId, kind: "circuit", data: JSON.stringify(cause), since });
    });
  }

  /** Without a drive so far, all that failed counts. */
  async circuit(jobId: JobId): Promise<Circuit> {
    const row = await this.#find(jobId, "circuit");
    return { isOpen: row !== undefined && row.data !== closed, since: row?.since ?? 0 };
  }

  /** @param change - returns whether there is anything to say */
  async #write<Type extends EventType>(
    { type, jobId, data }: { readonly type: Type; readonly jobId: JobId; readonly data: EventData[Type] },
    change: (tx: Tx, at: number) => Promise<boolean>,
  ): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      if (await change(tx, at)) await appendEvent(tx, { at, type, subject: { jobId }, data });
    });
  }

  #find(jobId: JobId, kind: string): Promise<HoldRow | undefined> {
    return this.#context.store.read((db) => find(db, jobId, kind));
  }
}

const closed = "null";

const find = (db: Pick<Tx, "selectFrom">, jobId: JobId, kind: string): Promise<HoldRow | undefined> =>
  db.selectFrom("holds").selectAll().where("job_id", "=", jobId).where("kind", "=", kind).executeTakeFirst();

async function put(tx: Tx, row: HoldRow): Promise<true> {
  const { data, since } = row;
  await tx
    .insertInto("holds")
    .values(row)
    .onConflict((conflict) => conflict.columns(["job_id", "kind"]).doUpdateSet({ data, since }))
    .execute();
  return true;
}
