import type { JobId } from "../../domain/ids.ts";
import type { EventEnd, ReceivedEvent, ReceivedEventStatus } from "../../domain/workflow/received-event.ts";
import type { WorkflowEvent } from "../../domain/workflow/workflow-event.ts";
import { appendEvent } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { receivedEventFromRow } from "../rows.ts";

export type EventQuestion = {
  /** Default: all. */
  readonly statuses?: readonly ReceivedEventStatus[];
  /** The newest so many. Default: all. */
  readonly limit?: number;
};

const open = ["received", "started"];

/** Events that were taken in for a project's workflows: each is kept once, before anybody is told that it was. */
export class WorkflowEvents {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * Keeps an event. Its texts are to be redacted.
   * @returns `false` when the project has had one with this id
   */
  async receive(projectPath: string, { id, type, source, at: happenedAt, details }: WorkflowEvent): Promise<boolean> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const inserted = await tx
        .insertInto("workflow_events")
        .values({
          project_path: projectPath,
          id,
          type,
          source,
          happened_at: happenedAt ?? null,
          details: JSON.stringify(details),
          status: "received",
          received_at: at,
        })
        .onConflict((conflict) => conflict.columns(["project_path", "id"]).doNothing())
        .executeTakeFirst();
      return inserted.numInsertedOrUpdatedRows !== 0n;
    });
  }

  /** A job is there for it; saying so again changes nothing. */
  async start(projectPath: string, id: string, jobId: JobId): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const changed = await tx
        .updateTable("workflow_events")
        .set({ status: "started", job_id: jobId })
        .where("project_path", "=", projectPath)
        .where("id", "=", id)
        .where("status", "=", "received")
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return;
      await appendEvent(tx, { at, type: "workflow-event-started", subject: { jobId }, data: { id } });
    });
  }

  /** Writes what became of it; the first end counts. */
  async end(projectPath: string, id: string, { status, reason }: EventEnd): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const known = await tx
        .updateTable("workflow_events")
        .set({ status, reason: reason ?? null, ended_at: at })
        .where("project_path", "=", projectPath)
        .where("id", "=", id)
        .where("status", "in", open)
        .returning("job_id")
        .executeTakeFirst();
      // The log is one of jobs: without a job the row says it all.
      if (known === undefined || known.job_id === null) return;
      const subject = { jobId: known.job_id };
      const data = { id, status, ...(reason === undefined ? {} : { reason }) };
      await appendEvent(tx, { at, type: "workflow-event-ended", subject, data });
    });
  }

  /** A job that had come to nothing was taken up again and is complete. */
  async mend(projectPath: string, id: string): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write((tx) =>
      tx
        .updateTable("workflow_events")
        .set({ status: "done", reason: null, ended_at: at })
        .where("project_path", "=", projectPath)
        .where("id", "=", id)
        .where("status", "in", ["failed", "unhandled"])
        .execute(),
    );
  }

  /** What nobody has finished with, the oldest first. */
  openOnes(projectPath: string): Promise<readonly ReceivedEvent[]> {
    return this.#context.store.read(async (db) => {
      const rows = await db
        .selectFrom("workflow_events")
        .selectAll()
        .where("project_path", "=", projectPath)
        .where("status", "in", open)
        .orderBy("seq")
        .execute();
      return rows.map(receivedEventFromRow);
    });
  }

  /** Newest first. */
  list(projectPath: string, { statuses, limit }: EventQuestion = {}): Promise<readonly ReceivedEvent[]> {
    return this.#context.store.read(async (db) => {
      let query = db.selectFrom("workflow_events").selectAll().where("project_path", "=", projectPath);
      if (statuses !== undefined) query = query.where("status", "in", [...statuses]);
      if (limit !== undefined) query = query.limit(limit);
      return (await query.orderBy("seq", "desc").execute()).map(receivedEventFromRow);
    });
  }

  find(projectPath: string, id: string): Promise<ReceivedEvent | undefined> {
    return this.#context.store.read(async (db) => {
      const row = await db
        .selectFrom("workflow_events")
        .selectAll()
        .where("project_path", "=", projectPath)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && receivedEventFromRow(row);
    });
  }
}
