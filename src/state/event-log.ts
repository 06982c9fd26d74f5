import type { Activity, EventData, EventType, StoredEvent } from "../domain/events.ts";
import type { JobId, TaskId } from "../domain/ids.ts";
import type { ChangeWatch } from "../stores/port.ts";
import { appendEvent, type Subject } from "./append-events.ts";
import type { StateContext } from "./context.ts";
import { activityFromRow, eventFromRow } from "./rows.ts";

export type Cursor = { readonly jobId: JobId; readonly after: number; readonly limit?: number };
export type ActivityCursor = Cursor & {
  /** Default: the whole job. */
  readonly taskId?: TaskId;
};

/** The outbox: every face reads it with a cursor, so none of them can slow or break the work. */
export class EventLog {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Oldest first; also the facts that concern every job, such as a pause of the account. */
  async read(cursor: Cursor): Promise<readonly StoredEvent[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("events")
        .selectAll()
        .where("seq", ">", cursor.after)
        .where((eb) => eb.or([eb("job_id", "=", cursor.jobId), eb("job_id", "is", null)]))
        .orderBy("seq")
        .limit(cursor.limit ?? 1000)
        .execute(),
    );
    return rows.map(eventFromRow);
  }

  /** When something of a kind last happened, in milliseconds since the Unix epoch; `undefined`: never. */
  async lastAt(type: EventType, jobId?: JobId): Promise<number | undefined> {
    const row = await this.#context.store.read((db) => {
      const last = db.selectFrom("events").select("at").where("type", "=", type).orderBy("seq", "desc").limit(1);
      return (jobId === undefined ? last : last.where("job_id", "=", jobId)).executeTakeFirst();
    });
    return row?.at;
  }

  /** For facts that no other command says. */
  async append<Type extends EventType>(type: Type, subject: Subject, data: EventData[Type]): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write((tx) => appendEvent(tx, { at, type, subject, data }));
  }

  async readActivity({ jobId, taskId, after, limit = 1000 }: ActivityCursor): Promise<readonly Activity[]> {
    const rows = await this.#context.store.read((db) => {
      const ofJob = db.selectFrom("activity").selectAll().where("job_id", "=", jobId).where("seq", ">", after);
      const wanted = taskId === undefined ? ofJob : ofJob.where("task_id", "=", taskId);
      return wanted.orderBy("seq").limit(limit).execute();
    });
    return rows.map(activityFromRow);
  }

  /** One transaction for a batch: activity is frequent and its loss would cost nothing but a line on a screen. */
  async appendActivity(batch: readonly Omit<Activity, "seq">[]): Promise<void> {
    if (batch.length === 0) return;
    await this.#context.store.write(async (tx) => {
      const rows = batch.map(({ at, jobId, taskId, role, kind, text }) => ({
        at,
        job_id: jobId,
        task_id: taskId,
        role,
        kind,
        text,
      }));
      await tx.insertInto("activity").values(rows).execute();
    });
  }

  /** See {@link Store.watch}: for a consumer beside others in the same process. */
  watch(): ChangeWatch {
    return this.#context.store.watch();
  }

  /** See {@link Store.waitForChange}. */
  waitForChange(options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<boolean> {
    return this.#context.store.waitForChange(options);
  }
}
