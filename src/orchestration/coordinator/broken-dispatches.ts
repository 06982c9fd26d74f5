import type { Task } from "../../domain/model.ts";
import { taskRunId } from "../queues.ts";
import type { Services } from "../services.ts";

type Dispatch = Pick<Task, "id" | "status" | "round">;

type Looking = {
  readonly state: Services["state"];
  readonly engine: Pick<Services["engine"], "find">;
  readonly logger: Pick<Services["logger"], "error">;
};

/**
 * Fails tasks whose dispatch has ended and led them nowhere: a step threw what no decision covers (a full disk, a bug), which
 * the journal keeps. Nobody would ever go on with them; a person's retry dispatches them anew.
 * @returns how many
 */
export async function failBrokenDispatches(services: Looking, tasks: readonly Dispatch[]): Promise<number> {
  const { state, logger } = services;
  let count = 0;
  for (const task of inFlight(tasks)) {
    const reason = await brokenBecause(services, task);
    if (reason === undefined) continue;
    logger.error("a dispatch ended without a result", { task: task.id, reason });
    await state.tasks.move(task.id, "failed", { reason });
    count += 1;
  }
  return count;
}

/** Those that a worker has; waiting ones are looked at only when nobody has any, because they may be many. */
function inFlight(tasks: readonly Dispatch[]): readonly Dispatch[] {
  const taken = tasks.filter(isTaken);
  return taken.length > 0 ? taken : tasks.filter(({ status }) => status === "ready");
}

const isTaken = ({ status }: Pick<Task, "status">): boolean =>
  status === "leased" || status === "running" || status === "validating";

async function brokenBecause({ state, engine }: Looking, task: Dispatch): Promise<string | undefined> {
  const run = await engine.find(taskRunId(task.id, task.round));
  if (run === undefined || !["completed", "failed", "cancelled"].includes(run.status)) return undefined;
  // What the caller saw may be older than the run's end.
  const { status, round } = await state.tasks.get(task.id);
  const hasMoved = round !== task.round || (status !== "ready" && !isTaken({ status }));
  return hasMoved ? undefined : (run.error?.message ?? `its run was ${run.status}`);
}
