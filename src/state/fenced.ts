import type { Tx } from "./append-events.ts";
import type { TaskLease } from "./attempts/begin-attempt.ts";
import type { StateContext } from "./context.ts";
import { leaseLost } from "./tasks/tasks.ts";

/**
 * One transaction under a task's lease.
 * @throws {TuttiError} `LEASE_LOST` when a later dispatch or a later claim of the same dispatch exists
 */
export async function fenced<T>(
  { store }: StateContext,
  { taskId, fence }: TaskLease,
  command: (tx: Tx) => Promise<T>,
): Promise<T> {
  return store.write(async (tx) => {
    const row = await tx
      .selectFrom("tasks")
      .select(["round", "fence_token"])
      .where("id", "=", taskId)
      .executeTakeFirstOrThrow();
    if (row.round !== fence.round || row.fence_token !== fence.token) throw leaseLost(taskId, fence);
    return command(tx);
  });
}
