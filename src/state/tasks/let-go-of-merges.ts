import { asTaskId, type CommitId, type JobId, type TaskId } from "../../domain/ids.ts";
import type { Tx } from "../append-events.ts";
import { moveTask } from "./move-task.ts";

export type LettingGo = {
  readonly jobId: JobId;
  /** A coordinator that is dead, though its lease may still run. */
  readonly gone: string | undefined;
  /** Merged commits that were intended, and that the branch can't move to any more. */
  readonly stray: readonly CommitId[];
  readonly reason: string;
  readonly at: number;
};

/**
 * Part of a transaction. While a coordinator that is not `gone` holds the job nothing is ended: it ends its merges itself when it
 * has stopped. What is intended is left to whoever can see where the branch is.
 */
export async function letGoOfMerges(tx: Tx, letting: LettingGo): Promise<readonly TaskId[]> {
  const { jobId, stray, reason, at } = letting;
  if (!(await isLeft(tx, letting))) return [];
  const rows = await tx
    .selectFrom("tasks")
    .select(["id", "round", "evidence", "merged_commit"])
    .where("job_id", "=", jobId)
    .where("status", "=", "integrating")
    .orderBy("position")
    .execute();
  const isStray = (commit: string | null): boolean => stray.some((each) => each === commit);
  const ended = rows.filter(({ evidence, merged_commit }) => evidence === null || isStray(merged_commit));
  for (const { id, round } of ended) {
    await moveTask(tx, { id: asTaskId(id), to: "cancelled", at, reason, set: { round: round + 1 } });
  }
  return ended.map(({ id }) => asTaskId(id));
}

async function isLeft(tx: Tx, { jobId, gone, at }: LettingGo): Promise<boolean> {
  const row = await tx
    .selectFrom("jobs")
    .select(["status", "coordinator_id", "coordinator_until"])
    .where("id", "=", jobId)
    .executeTakeFirstOrThrow();
  const isHeld = row.coordinator_id !== null && (row.coordinator_until ?? 0) > at;
  return row.status === "cancelled" && (!isHeld || row.coordinator_id === gone);
}
