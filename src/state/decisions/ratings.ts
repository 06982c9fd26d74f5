import { TuttiError } from "../../domain/errors.ts";
import { asAttemptId, asJobId, asTaskId, type AttemptId, type JobId, type TaskId } from "../../domain/ids.ts";
import { rateHolds, starsOf, type Stars } from "../../domain/feedback/rating.ts";
import { appendEvent } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { lastAccepted, noteOutcome } from "./outcomes.ts";

export type Rating = {
  readonly at: number;
  readonly jobId: JobId;
  readonly taskId: TaskId;
  /** The work that was rated; absent where none was accepted. */
  readonly attemptId?: AttemptId;
  readonly stars: Stars;
  readonly note?: string;
};

/** What people think of the work. */
export class Ratings {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * A later rating of the same task goes before an earlier one.
   * @throws {TuttiError} `INPUT_INVALID` when none of its work was accepted
   */
  async rate(
    { jobId, taskId }: { readonly jobId: JobId; readonly taskId: TaskId },
    { stars, note }: { readonly stars: Stars; readonly note?: string },
  ): Promise<Rating> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const attemptId = await lastAccepted(tx, taskId);
      if (attemptId === undefined) throw nothingToRate(taskId);
      const row = { at, job_id: jobId, task_id: taskId, attempt_id: attemptId, stars, note: note ?? null };
      await tx.insertInto("ratings").values(row).execute();
      const holds = rateHolds(stars);
      if (holds !== undefined) await noteOutcome(tx, attemptId, { held: holds, why: "rated", at });
      const data = { stars, ...(note === undefined ? {} : { note }) };
      const subject = { jobId, taskId, attemptId };
      await appendEvent(tx, { at, type: "task-rated", subject, data });
      return ratingFromRow(row);
    });
  }
}

const nothingToRate = (taskId: TaskId): TuttiError =>
  new TuttiError("INPUT_INVALID", `Task ${taskId} has no accepted work of an agent to rate`, {
    hint: "Only what was accepted can be rated: see tutti task show",
    context: { task: taskId },
  });

type Stored = {
  readonly at: number;
  readonly job_id: string;
  readonly task_id: string;
  readonly attempt_id: string | null;
  readonly stars: number;
  readonly note: string | null;
};

const ratingFromRow = (row: Stored): Rating => ({
  at: row.at,
  jobId: asJobId(row.job_id),
  taskId: asTaskId(row.task_id),
  ...(row.attempt_id === null ? {} : { attemptId: asAttemptId(row.attempt_id) }),
  stars: starsOf(row.stars),
  ...(row.note === null ? {} : { note: row.note }),
});
