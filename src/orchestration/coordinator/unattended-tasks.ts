import type { TaskId } from "../../domain/ids.ts";
import type { Engine } from "../../engine/port.ts";
import { taskRunId } from "../queues.ts";

type Dispatched = { readonly id: TaskId; readonly round: number };

/**
 * Whether nobody works on any of these tasks, whatever their status says: those who did have died or gave them back. While
 * nothing may be spent nobody takes them up again, so that waiting for them would never end.
 */
export async function areUnattended(engine: Pick<Engine, "find">, tasks: readonly Dispatched[]): Promise<boolean> {
  for (const { id, round } of tasks) {
    const run = await engine.find(taskRunId(id, round));
    if (run?.status === "running") return false;
  }
  return true;
}
