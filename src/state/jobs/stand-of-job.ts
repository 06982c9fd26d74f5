import type { JobId } from "../../domain/ids.ts";
import { isSettled } from "../../domain/task-status.ts";
import type { Tx } from "../append-events.ts";
import { taskStatusOf } from "../rows.ts";

/** What a job's tasks have come to together; `unfinished` while one of them is not settled. Without tasks it is completed. */
export type JobStand = "unfinished" | "completed" | "failed";

export async function standOfJob(tx: Tx, id: JobId): Promise<JobStand> {
  const rows = await tx
    .selectFrom("tasks")
    .select("status")
    .where("job_id", "=", id)
    .where("taken_back_by", "is", null)
    // What a new plan has put others in the place of is not missing.
    .where("replaced_by", "is", null)
    .execute();
  const statuses = rows.map(taskStatusOf);
  if (!statuses.every(isSettled)) return "unfinished";
  return statuses.every((status) => status === "completed") ? "completed" : "failed";
}
