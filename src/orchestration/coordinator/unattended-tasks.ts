import type { TaskId } from "../../domain/ids.ts";
import type { TaskStatus } from "../../domain/task-status.ts";
import { taskRunId } from "../queues.ts";
import type { Services } from "../services.ts";

/** As the caller has seen it. */
type Dispatched = { readonly id: TaskId; readonly round: number; readonly status: TaskStatus };

type Looking = { readonly engine: Pick<Services["engine"], "find">; readonly state: Pick<Services["state"], "tasks"> };

/**
 * Whether nobody works on any of these tasks, whatever their status says: those who did have died or gave them back. While
 * nothing may be spent nobody takes them up again, so that waiting for them would never end.
 */
export async function areUnattended({ engine, state }: Looking, tasks: readonly Dispatched[]): Promise<boolean> {
  for (const { id, round } of tasks) {
    const run = await engine.find(taskRunId(id, round));
    if (run?.status === "running") return false;
  }
  // Whoever came to an end since the caller looked has moved the task before that: there is a merge to wait for, or a decision.
  for (const seen of tasks) {
    const { status, round } = await state.tasks.get(seen.id);
    if (status !== seen.status || round !== seen.round) return false;
  }
  return true;
}
