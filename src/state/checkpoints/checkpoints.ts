import type { Checkpoint, KeptFiles } from "../../domain/checkpoint/checkpoint.ts";
import { asCommitId, type CommitId, type JobId } from "../../domain/ids.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { capturedChanges, parts, recordedTip } from "./capture-state.ts";
import { forgetVersions, readVersions, type JobVersions } from "./checkpoint-versions.ts";
import type { StateContext } from "../context.ts";
import { checkpointFromRow } from "./checkpoint-rows.ts";

/** Its ref exists already. */
export type NewCheckpoint = Omit<Checkpoint, "sizeBytes" | "createdAt"> & { readonly objectBytes: number };

/** Commands and queries on checkpoints. Their refs are made before and removed after what is written here. */
export class Checkpoints {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * Keeps what a job is at this moment, in one transaction; a second call with the same id is a no-op.
   * @returns `undefined` when its tip is another one by now: nothing is kept then
   */
  async record(made: NewCheckpoint): Promise<Checkpoint | undefined> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const known = await tx.selectFrom("checkpoints").selectAll().where("id", "=", made.id).executeTakeFirst();
      if (known !== undefined) return checkpointFromRow(known);
      const { jobId, kind, tip } = made;
      if (jobId !== undefined && (await recordedTip(tx, jobId)) !== tip) return undefined;
      const state = jobId === undefined ? noState : await capture(tx, jobId);
      const stateBytes = state.versions.reduce((sum, { content }) => sum + content.length, 0);
      const row = await tx
        .insertInto("checkpoints")
        .values({ ...rowOf(made), event_seq: state.cursor, size_bytes: made.objectBytes + stateBytes, created_at: at })
        .returningAll()
        .executeTakeFirstOrThrow();
      const rows = state.versions.map((version) => ({ ...version, job_id: row.job_id ?? "", seq: row.seq }));
      for (const part of parts(rows))
        await tx
          .insertInto("checkpoint_states")
          .values([...part])
          .execute();
      const subject = { ...(jobId === undefined ? {} : { jobId }), ...subjectOf(made) };
      await appendEvent(tx, { at, type: "checkpoint-created", subject, data: { checkpoint: made.id, kind, tip } });
      return checkpointFromRow(row);
    });
  }

  /** Where the job's tip stands by its tasks: what a checkpoint that is made now has to hold. */
  recordedTip(jobId: JobId): Promise<CommitId> {
    return this.#context.store.read(async (db) => asCommitId(await recordedTip(db, jobId)));
  }

  /** Newest first. @param jobId - default: all of the project, those of the user's own files included */
  async list(projectPath: string, jobId?: JobId): Promise<readonly Checkpoint[]> {
    const rows = await this.#context.store.read((db) => {
      const all = db
        .selectFrom("checkpoints")
        .selectAll()
        .where("project_path", "=", projectPath)
        .orderBy("seq", "desc");
      return (jobId === undefined ? all : all.where("job_id", "=", jobId)).execute();
    });
    return rows.map(checkpointFromRow);
  }

  async count(jobId: JobId): Promise<number> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("checkpoints")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("job_id", "=", jobId)
        .executeTakeFirst(),
    );
    return row?.count ?? 0;
  }

  /** Those of any project that shares this state, whose id begins so. */
  async beginningWith(prefix: string): Promise<readonly Checkpoint[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("checkpoints").selectAll().where("id", ">=", prefix).where("id", "<", `${prefix}~`).execute(),
    );
    return rows.map(checkpointFromRow);
  }

  /** What the newest checkpoint of a job knows of its unfinished attempts' slots. */
  async newestFiles(jobId: JobId): Promise<readonly KeptFiles[]> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("checkpoints")
        .selectAll()
        .where("job_id", "=", jobId)
        .orderBy("seq", "desc")
        .limit(1)
        .executeTakeFirst(),
    );
    return row === undefined ? [] : checkpointFromRow(row).files;
  }

  /** What a job was then. */
  async stateAt(checkpoint: Pick<Checkpoint, "id"> & { readonly jobId: JobId }): Promise<JobVersions> {
    return this.#context.store.read(async (db) => {
      const { seq } = await db
        .selectFrom("checkpoints")
        .select("seq")
        .where("id", "=", checkpoint.id)
        .executeTakeFirstOrThrow();
      return readVersions(db, checkpoint.jobId, seq);
    });
  }

  /** Removes checkpoints, and the versions that none of the others needs. Their refs are the caller's to remove, afterwards. */
  async remove(checkpoints: readonly Pick<Checkpoint, "id" | "jobId">[]): Promise<void> {
    if (checkpoints.length === 0) return;
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      for (const [jobId, group] of Map.groupBy(checkpoints, (checkpoint) => checkpoint.jobId)) {
        const ids = group.map(({ id }) => id);
        await tx.deleteFrom("checkpoints").where("id", "in", ids).execute();
        if (jobId !== undefined) await forgetVersions(tx, jobId);
        const subject = jobId === undefined ? {} : { jobId };
        await appendEvent(tx, { at, type: "checkpoints-pruned", subject, data: { checkpoints: ids } });
      }
    });
  }
}

const noState = { versions: [], cursor: 0 };

async function capture(tx: Tx, jobId: JobId) {
  const last = await tx
    .selectFrom("checkpoints")
    .select("event_seq")
    .where("job_id", "=", jobId)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  const newest = await tx
    .selectFrom("events")
    .select((eb) => eb.fn.max("seq").as("seq"))
    .where("job_id", "=", jobId)
    .executeTakeFirst();
  return { versions: await capturedChanges(tx, jobId, last?.event_seq), cursor: newest?.seq ?? 0 };
}

const subjectOf = ({ taskId }: NewCheckpoint) => (taskId === undefined ? {} : { taskId });

const rowOf = (made: NewCheckpoint) => ({
  id: made.id,
  project_path: made.projectPath,
  job_id: made.jobId ?? null,
  kind: made.kind,
  name: made.name ?? null,
  task_id: made.taskId ?? null,
  tip: made.tip,
  ref: made.ref,
  commit_id: made.commit,
  files: JSON.stringify(made.files),
  is_while_at_work: made.isWhileAtWork ? 1 : 0,
});
