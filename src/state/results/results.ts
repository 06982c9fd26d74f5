import type { StoredResult } from "../../domain/cache/stored-result.ts";
import { jobOfTask, type AttemptId, type JobId, type SlotId, type TaskId } from "../../domain/ids.ts";
import type { AttemptOutcome } from "../../domain/model.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { subjectOf, type TaskLease } from "../attempts/begin-attempt.ts";
import type { StateContext } from "../context.ts";
import { fenced } from "../fenced.ts";
import { moveTask } from "../tasks/move-task.ts";
import { jobFromRow, resultFromRow } from "../rows.ts";

/** Fewer than SQLite's limit of variables in a statement. */
const keysAtOnce = 500;

/** Commands and queries on the result cache. A result is written with the completion of its task: see `keep-result.ts`. */
export class Results {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Newest first. */
  async list(): Promise<readonly StoredResult[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("results").selectAll().orderBy("stored_at", "desc").orderBy("key").execute(),
    );
    return rows.map(resultFromRow);
  }

  async find(key: string): Promise<StoredResult | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("results").selectAll().where("key", "=", key).executeTakeFirst(),
    );
    return row === undefined ? undefined : resultFromRow(row);
  }

  async findAll(keys: readonly string[]): Promise<ReadonlyMap<string, StoredResult>> {
    const rows = await this.#inParts(keys, (part) =>
      this.#context.store.read((db) => db.selectFrom("results").selectAll().where("key", "in", part).execute()),
    );
    return new Map(rows.map((row) => [row.key, resultFromRow(row)]));
  }

  /** The newest result of each of these tasks, whatever its content key. */
  async newestOf(taskKeys: readonly string[]): Promise<ReadonlyMap<string, StoredResult>> {
    const rows = await this.#inParts(taskKeys, (part) =>
      this.#context.store.read((db) =>
        db.selectFrom("results").selectAll().where("task_key", "in", part).orderBy("stored_at").execute(),
      ),
    );
    return new Map(rows.map((row) => [row.task_key, resultFromRow(row)]));
  }

  /** Which of these keys tasks of other jobs have. */
  async knownTaskKeys(jobId: JobId, taskKeys: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#inParts(taskKeys, (part) =>
      this.#context.store.read((db) =>
        db.selectFrom("tasks").select("key").distinct().where("key", "in", part).where("job_id", "!=", jobId).execute(),
      ),
    );
    return new Set(rows.map(({ key }) => key));
  }

  async #inParts<Row>(
    keys: readonly string[],
    read: (part: readonly string[]) => Promise<readonly Row[]>,
  ): Promise<readonly Row[]> {
    const parts = Array.from({ length: Math.ceil(keys.length / keysAtOnce) }, (_, at) =>
      keys.slice(at * keysAtOnce, (at + 1) * keysAtOnce),
    );
    return (await Promise.all(parts.map(read))).flat();
  }

  /** A result that was stored again meanwhile, with another commit, stays. */
  async remove(results: readonly Pick<StoredResult, "key" | "commit">[]): Promise<void> {
    if (results.length === 0) return;
    await this.#context.store.write(async (tx) => {
      for (const { key, commit } of results) {
        await tx.deleteFrom("results").where("key", "=", key).where("commit_id", "=", commit).execute();
      }
    });
  }

  /** The result key of a completed task, once it was asked for. */
  async keyOf(taskId: TaskId): Promise<string | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("task_result_keys").select("key").where("task_id", "=", taskId).executeTakeFirst(),
    );
    return row?.key;
  }

  /** Only for a completed task, whose key can't change any more. Idempotent. */
  async noteKey(taskId: TaskId, key: string): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await tx
        .insertInto("task_result_keys")
        .values({ task_id: taskId, key })
        .onConflict((oc) => oc.column("task_id").doNothing())
        .execute();
    });
  }

  /** Whether a result that was replayed for this task has turned out to be of no use: then its agent has to do the work. */
  async hasMissed(taskId: TaskId): Promise<boolean> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("replays")
        .select("attempt_id")
        .where("task_id", "=", taskId)
        .where("miss", "is not", null)
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  /** The same for every task of a job. */
  async missedTasks(jobId: JobId): Promise<ReadonlySet<string>> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("replays")
        .innerJoin("tasks", "tasks.id", "replays.task_id")
        .select("task_id")
        .where("tasks.job_id", "=", jobId)
        .where("miss", "is not", null)
        .execute(),
    );
    return new Set(rows.map((row) => row.task_id));
  }

  /**
   * Records that the attempt's work is a replayed result and stands in a slot: what an agent's turn would have come to.
   * @throws {TuttiError} `LEASE_LOST`
   */
  async replayed(
    lease: TaskLease,
    attemptId: AttemptId,
    { result, outcome, slotId }: { result: StoredResult; outcome: AttemptOutcome; slotId: SlotId },
  ): Promise<void> {
    const at = this.#context.now();
    const subject = subjectOf(lease, attemptId);
    await fenced(this.#context, lease, async (tx) => {
      const set = { outcome: JSON.stringify(outcome), slot_id: slotId };
      await tx.updateTable("attempts").set(set).where("id", "=", attemptId).execute();
      await insertReplay(tx, { lease, attemptId, result, at, miss: null });
      await moveTask(tx, { id: lease.taskId, to: "validating", at });
      const data = { key: result.key, from: result.attempt };
      await appendEvent(tx, { at, type: "result-replayed", subject, data });
    });
  }

  /**
   * Records that a result was found and does not fit: the attempt goes on with its agent, and nothing has failed.
   * @throws {TuttiError} `LEASE_LOST`
   */
  async missed(
    lease: TaskLease,
    attemptId: AttemptId,
    { result, reason }: { result: StoredResult; reason: string },
  ): Promise<void> {
    const at = this.#context.now();
    await fenced(this.#context, lease, async (tx) => {
      await insertReplay(tx, { lease, attemptId, result, at, miss: reason });
      const data = { key: result.key, from: result.attempt, reason };
      await appendEvent(tx, { at, type: "result-missed", subject: subjectOf(lease, attemptId), data });
    });
  }

  /**
   * Sends a replayed result back that did not hold on the merged tree: the next attempt is its agent's, from the new tip. It
   * counts as no failure, and there is nothing to tell an agent that has not seen the work.
   */
  async bounced(
    { taskId, attemptId }: { readonly taskId: TaskId; readonly attemptId: AttemptId },
    reason: string,
  ): Promise<void> {
    const at = this.#context.now();
    const subject = { jobId: jobOfTask(taskId), taskId, attemptId };
    await this.#context.store.write(async (tx) => {
      const rejected = { status: "bounced", feedback: null, decision: null };
      await tx.updateTable("attempts").set(rejected).where("id", "=", attemptId).execute();
      await appendEvent(tx, { at, type: "attempt-decided", subject, data: { decision: "bounce", reasons: [reason] } });
      await missReplay(tx, subject, { reason, at });
      const { round } = await tx.selectFrom("tasks").select("round").where("id", "=", taskId).executeTakeFirstOrThrow();
      const set = { accepted_attempt: null, merged_commit: null, evidence: null, round: round + 1, fence_token: 0 };
      await moveTask(tx, { id: taskId, to: "ready", at, reason, set });
    });
  }

  /** A person wants everything done anew that this job still has to do. */
  async turnOff(jobId: JobId): Promise<void> {
    await this.#context.store.write(async (tx) => {
      const row = await tx.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow();
      const options = JSON.stringify({ ...jobFromRow(row).options, cache: false });
      await tx.updateTable("jobs").set({ options }).where("id", "=", jobId).execute();
    });
  }
}

type Replay = {
  readonly lease: TaskLease;
  readonly attemptId: AttemptId;
  readonly result: StoredResult;
  readonly at: number;
  readonly miss: string | null;
};

async function insertReplay(tx: Tx, { lease, attemptId, result, at, miss }: Replay): Promise<void> {
  const content = { key: result.key, source_attempt: result.attempt, at, miss };
  await tx
    .insertInto("replays")
    .values({ attempt_id: attemptId, task_id: lease.taskId, ...content })
    .onConflict((oc) => oc.column("attempt_id").doUpdateSet(content))
    .execute();
}

/**
 * Part of the transaction that turns a replayed attempt down: what was replayed leaves it, so that its agent begins on a
 * clean slot.
 */
export async function missReplay(
  tx: Tx,
  subject: { readonly jobId: JobId; readonly taskId: TaskId; readonly attemptId: AttemptId },
  { reason, at }: { readonly reason: string; readonly at: number },
): Promise<void> {
  const { attemptId } = subject;
  await tx.updateTable("attempts").set({ slot_id: null }).where("id", "=", attemptId).execute();
  await tx.updateTable("replays").set({ miss: reason }).where("attempt_id", "=", attemptId).execute();
  const { key, source_attempt: from } = await tx
    .selectFrom("replays")
    .select(["key", "source_attempt"])
    .where("attempt_id", "=", attemptId)
    .executeTakeFirstOrThrow();
  await appendEvent(tx, { at, type: "result-missed", subject, data: { key, from, reason } });
}
