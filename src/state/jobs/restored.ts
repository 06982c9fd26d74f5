import type { Insertable } from "kysely";

import { jobOfTask, type AttemptId, type CommitId, type TaskId } from "../../domain/ids.ts";
import type { AttemptOutcome, Evidence } from "../../domain/model.ts";
import { appendEvent } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { taskStatusOf } from "../rows.ts";
import type { AttemptRow } from "../schema.ts";

/** A merge that git knows of and the state does not. */
export type AdoptedMerge = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly attemptBase: CommitId;
  readonly evidence: Evidence;
  /** What the agent said. */
  readonly text: string;
  readonly reason: string;
};

/** What stood in a database before it was replaced is partly known from elsewhere. */
export class Restored {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * Completes a task whose work is merged, wherever the state believes it to be. Idempotent.
   * @returns whether it was not known before
   */
  async adopt(merge: AdoptedMerge): Promise<boolean> {
    const at = this.#context.now();
    const { taskId, attemptId, evidence, reason } = merge;
    return this.#context.store.write(async (tx) => {
      const task = await tx.selectFrom("tasks").selectAll().where("id", "=", taskId).executeTakeFirstOrThrow();
      const from = taskStatusOf(task);
      if (from === "completed") return false;
      const attempt = await tx
        .selectFrom("attempts")
        .select("taken_back_by")
        .where("id", "=", attemptId)
        .executeTakeFirst();
      // A rollback has undone it since.
      if (attempt !== undefined && attempt.taken_back_by !== null) return false;
      await tx
        .updateTable("attempts")
        .set({ status: "rejected", ended_at: at })
        .where("task_id", "=", taskId)
        .where("id", "!=", attemptId)
        .where("status", "in", ["running", "interrupted", "accepted"])
        .execute();
      await tx
        .insertInto("attempts")
        .values(attemptRow(merge, at))
        .onConflict((conflict) => conflict.column("id").doUpdateSet(acceptance(merge, at)))
        .execute();
      await tx
        .updateTable("tasks")
        .set({
          ...{ status: "completed", reason: null, waits_for: null, worker_id: null, ended_at: at },
          ...{ accepted_attempt: attemptId, merged_commit: evidence.mergedCommit, evidence: JSON.stringify(evidence) },
        })
        .where("id", "=", taskId)
        .execute();
      const subject = { jobId: task.job_id, taskId, attemptId };
      const finished = { commit: evidence.mergedCommit };
      await appendEvent(tx, { at, type: "integration-finished", subject, data: finished });
      await appendEvent(tx, { at, type: "task-status-changed", subject, data: { from, to: "completed", reason } });
      return true;
    });
  }

  /** Says once, to every job, that the state was replaced. */
  async say(data: RestoredFacts): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write((tx) => appendEvent(tx, { at, type: "state-restored", subject: {}, data }));
  }
}

/** See the event `state-restored`. */
export type RestoredFacts = {
  readonly stateOf: number;
  readonly setAside: string;
  readonly completed: readonly string[];
  readonly rescued: readonly string[];
  readonly unknownJobs: readonly string[];
};

const outcomeOf = ({ text }: AdoptedMerge): AttemptOutcome => ({
  status: "finished",
  text,
  usage: {},
  durationMs: 0,
  permissionDenials: [],
});

const acceptance = (merge: AdoptedMerge, at: number) => ({
  status: "accepted",
  snapshot_commit: merge.evidence.attemptCommit,
  ended_at: at,
});

function attemptRow(merge: AdoptedMerge, at: number): Insertable<AttemptRow> {
  const { taskId, attemptId, attemptBase } = merge;
  return {
    ...{ id: attemptId, task_id: taskId, job_id: jobOfTask(taskId), conversation: attemptId },
    ...acceptance(merge, at),
    number: Number(attemptId.slice(attemptId.lastIndexOf("/") + 1)),
    base_commit: attemptBase,
    outcome: JSON.stringify(outcomeOf(merge)),
    validation: JSON.stringify({ problems: [], diff: merge.evidence.diff }),
    started_at: at,
  };
}
