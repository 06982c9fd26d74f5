import { jobOfTask, type AttemptId, type TaskId } from "../../domain/ids.ts";
import type { FileChange } from "../../domain/watch/file-change.ts";
import type { AttemptWatch, RecordedChange } from "../../domain/watch/recorded-change.ts";
import type { Tx } from "../append-events.ts";
import type { TaskLease } from "./begin-attempt.ts";
import type { StateContext } from "../context.ts";
import { fenced } from "../fenced.ts";
import { attemptWatchFromRow, fileChangeFromRow } from "../rows.ts";

/** SQLite binds so many values in a statement that this many rows fit safely. */
const rowsAtOnce = 500;

export type FileHistory = {
  readonly changes: readonly RecordedChange[];
  readonly watches: readonly AttemptWatch[];
};

/** The history of the files of each attempt. Every write names the lease it is made under. */
export class FileChanges {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * Adds a batch of what was seen, and to how the attempt is watched.
   * @throws {TuttiError} `LEASE_LOST`
   */
  async record(lease: TaskLease, watch: Omit<AttemptWatch, "recorded">, changes: readonly FileChange[]): Promise<void> {
    await fenced(this.#context, lease, async (tx) => {
      await insert(tx, { taskId: lease.taskId, attemptId: watch.attemptId, source: "seen" }, changes);
      const { attemptId, mode, trouble = null, dropped } = watch;
      const recorded = changes.length;
      await tx
        .insertInto("file_watches")
        .values({
          attempt_id: attemptId,
          job_id: jobOfTask(lease.taskId),
          task_id: lease.taskId,
          ...{ mode, trouble, recorded, dropped },
        })
        .onConflict((conflict) =>
          conflict.column("attempt_id").doUpdateSet((eb) => ({
            mode,
            trouble,
            recorded: eb("file_watches.recorded", "+", recorded),
            dropped: eb("file_watches.dropped", "+", dropped),
          })),
        )
        .execute();
    });
  }

  /**
   * Makes an attempt's history agree with its snapshot: adds what nobody saw, and says of every path whether it is part of the
   * result.
   * @throws {TuttiError} `LEASE_LOST`
   */
  async agree(
    lease: TaskLease,
    attemptId: AttemptId,
    { missed, undone }: { readonly missed: readonly FileChange[]; readonly undone: readonly string[] },
  ): Promise<void> {
    const { taskId } = lease;
    await fenced(this.#context, lease, async (tx) => {
      await insert(tx, { taskId, attemptId, source: "snapshot" }, missed);
      const ofAttempt = () =>
        tx.updateTable("file_changes").where("task_id", "=", taskId).where("attempt_id", "=", attemptId);
      await ofAttempt().set({ in_result: 1 }).execute();
      for (let from = 0; from < undone.length; from += rowsAtOnce) {
        const part = undone.slice(from, from + rowsAtOnce);
        await ofAttempt().set({ in_result: 0 }).where("path", "in", part).execute();
      }
    });
  }

  /** Of a task, in the order in which it was written; from a cursor on. */
  async ofTask(taskId: TaskId, after = 0): Promise<FileHistory> {
    return this.#context.store.read(async (db) => {
      const changes = await db
        .selectFrom("file_changes")
        .selectAll()
        .where("task_id", "=", taskId)
        .where("seq", ">", after)
        .orderBy("seq")
        .execute();
      const watches = await db.selectFrom("file_watches").selectAll().where("task_id", "=", taskId).execute();
      return { changes: changes.map(fileChangeFromRow), watches: watches.map(attemptWatchFromRow) };
    });
  }
}

type Owner = { readonly taskId: TaskId; readonly attemptId: AttemptId; readonly source: RecordedChange["source"] };

async function insert(tx: Tx, owner: Owner, changes: readonly FileChange[]): Promise<void> {
  const { taskId, attemptId, source } = owner;
  const rows = changes.map(({ at, path, kind, size, hash }) => ({
    ...{ at, path, kind, size, hash, source },
    job_id: jobOfTask(taskId),
    task_id: taskId,
    attempt_id: attemptId,
    in_result: null,
  }));
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await tx
      .insertInto("file_changes")
      .values(rows.slice(from, from + rowsAtOnce))
      .execute();
  }
}
