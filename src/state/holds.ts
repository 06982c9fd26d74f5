import type { EventData } from "../domain/events.ts";
import type { JobId } from "../domain/ids.ts";
import type { Hold } from "../domain/schedule/admission.ts";
import { appendEvent } from "./append-events.ts";
import type { StateContext } from "./context.ts";
import { holdFromText } from "./rows.ts";

type Circuit = EventData["circuit-opened"];

/** What holds the work of jobs back, beside a pause of the account; said in the log when it begins and when it ends. */
export class Holds {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async holdWorkers(jobId: JobId, hold: Hold): Promise<void> {
    await this.#begin(jobId, { kind: "workers", event: "workers-held", data: hold });
  }

  async releaseWorkers(jobId: JobId): Promise<void> {
    await this.#end(jobId, { kind: "workers", event: "workers-released" });
  }

  async findWorkerHold(jobId: JobId): Promise<Hold | undefined> {
    const text = await this.#find(jobId, "workers");
    return text === undefined ? undefined : holdFromText(text);
  }

  async openCircuit(jobId: JobId, circuit: Circuit): Promise<void> {
    await this.#begin(jobId, { kind: "circuit", event: "circuit-opened", data: circuit });
  }

  async closeCircuit(jobId: JobId): Promise<void> {
    await this.#end(jobId, { kind: "circuit", event: "circuit-closed" });
  }

  async isCircuitOpen(jobId: JobId): Promise<boolean> {
    return (await this.#find(jobId, "circuit")) !== undefined;
  }

  async #begin<Type extends "workers-held" | "circuit-opened">(
    jobId: JobId,
    { kind, event, data }: { readonly kind: string; readonly event: Type; readonly data: EventData[Type] },
  ): Promise<void> {
    const at = this.#context.now();
    const values = { data: JSON.stringify(data), since: at };
    await this.#context.store.write(async (tx) => {
      await tx
        .insertInto("holds")
        .values({ job_id: jobId, kind, ...values })
        .onConflict((conflict) => conflict.columns(["job_id", "kind"]).doUpdateSet(values))
        .execute();
      await appendEvent(tx, { at, type: event, subject: { jobId }, data });
    });
  }

  /** Says nothing where nothing was held. */
  async #end(
    jobId: JobId,
    { kind, event }: { readonly kind: string; readonly event: "workers-released" | "circuit-closed" },
  ): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const gone = await tx.deleteFrom("holds").where("job_id", "=", jobId).where("kind", "=", kind).executeTakeFirst();
      if (Number(gone.numDeletedRows) === 0) return;
      await appendEvent(tx, { at, type: event, subject: { jobId }, data: {} });
    });
  }

  async #find(jobId: JobId, kind: string): Promise<string | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("holds").select("data").where("job_id", "=", jobId).where("kind", "=", kind).executeTakeFirst(),
    );
    return row?.data;
  }
}
