import { capText, type HistoryEntry, type HistoryKind } from "../../domain/history.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import type { Tx } from "../append-events.ts";
import { prunableHistory } from "./prunable-history.ts";
import {
  endedJobs,
  noteJournalsPruned,
  wereJournalsPruned,
  type EndedJobs,
  type JournalPruning,
} from "./prunable-journals.ts";
import { pruneHistory, type HistoryPruning, type PrunedHistory } from "./prune-history.ts";
import type { StateContext } from "../context.ts";
import { entryFromRow } from "../decisions/decision-rows.ts";
import { stateSize, type StateShare } from "./state-size.ts";

export type NewHistoryEntry = Omit<HistoryEntry, "seq" | "at">;

export type HistoryFilter = {
  readonly jobId?: JobId;
  readonly taskId?: TaskId;
  readonly role?: string;
  readonly kind?: HistoryKind;
  /** Milliseconds since the Unix epoch. */
  readonly since?: number;
  /** The last so many. */
  readonly limit?: number;
};

/** What was said to agents and by them, and what came of it. The supervisor's questions are kept apart: `Interactions`. */
export class History {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** @param said - its texts are redacted already */
  async record(said: NewHistoryEntry): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write((tx) => insertHistory(tx, { ...said, at }));
  }

  /** Lets go of what was said about jobs that ended by then, prompts and questions to the supervisor included. */
  prune(pruning: HistoryPruning): Promise<PrunedHistory> {
    return pruneHistory(this.#context, pruning);
  }

  /** What `prune` would let go of. */
  prunable(pruning: HistoryPruning): Promise<PrunedHistory> {
    return prunableHistory(this.#context, pruning);
  }

  /** Jobs that ended by then, by whether anything may go on from their journals. */
  endedJobs(endedBy: number): Promise<EndedJobs> {
    return endedJobs(this.#context, endedBy);
  }

  /** To be called before a job's journals are removed. @returns `false`: they must stay, it has been taken up again */
  noteJournalsPruned(pruning: JournalPruning): Promise<boolean> {
    return noteJournalsPruned(this.#context, pruning);
  }

  /** Whether a job's journals were removed since. @param since - milliseconds since the Unix epoch */
  wereJournalsPruned(jobId: JobId, since: number): Promise<boolean> {
    return wereJournalsPruned(this.#context, jobId, since);
  }

  /** How much room what is kept takes in the database, in bytes. */
  size(): Promise<Readonly<Record<StateShare, number>>> {
    return stateSize(this.#context);
  }

  /** In the order in which they were said. */
  async list(filter: HistoryFilter): Promise<readonly HistoryEntry[]> {
    const { jobId, taskId, role, kind, since, limit } = filter;
    const rows = await this.#context.store.read((db) => {
      let query = db.selectFrom("history").selectAll().orderBy("seq", "desc");
      if (jobId !== undefined) query = query.where("job_id", "=", jobId);
      if (taskId !== undefined) query = query.where("task_id", "=", taskId);
      if (role !== undefined) query = query.where("role", "=", role);
      if (kind !== undefined) query = query.where("kind", "=", kind);
      if (since !== undefined) query = query.where("at", ">=", since);
      return (limit === undefined ? query : query.limit(limit)).execute();
    });
    return rows.toReversed().map(entryFromRow);
  }
}

/** For commands that say something in the transaction that makes it true. */
export async function insertHistory(tx: Tx, said: NewHistoryEntry & { readonly at: number }): Promise<void> {
  const { at, jobId, taskId, attemptId, kind, role, model, conversation, turn, text, data } = said;
  await tx
    .insertInto("history")
    .values({
      at,
      job_id: jobId,
      task_id: taskId ?? null,
      attempt_id: attemptId ?? null,
      kind,
      role,
      model: model ?? null,
      conversation: conversation ?? null,
      turn: turn ?? null,
      text: capText(text),
      data: data === undefined ? null : JSON.stringify(data),
    })
    .execute();
}
