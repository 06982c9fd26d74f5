import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { JournalEntry } from "../../engine/port.ts";
import { workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";

/** When the body of a job goes on by itself; `undefined` while only tasks, persons and signals can have it go on. */
export async function wakeTime(
  { engine, state }: Pick<Services, "engine" | "state">,
  run: WorkflowRun,
): Promise<number | undefined> {
  const runId = workflowRunId(run.jobId, run.number);
  const found = await engine.find(runId);
  if (found === undefined || ["completed", "failed", "cancelled"].includes(found.status)) return undefined;
  const asked = await state.workflowRuns.questions(run);
  return wakesAt(await engine.history(runId), new Set(asked.map(({ signalName }) => signalName)));
}

/**
 * When a body that waits goes on by itself: the earliest of its sleeps, and of its waits for a signal that have an end.
 * @param asked - names of the signals that answer its questions: how long a person may take is no such time
 * @returns milliseconds since the Unix epoch
 */
export function wakesAt(entries: readonly JournalEntry[], asked: ReadonlySet<string>): number | undefined {
  const ended = new Set(entries.filter(isEndedRace).map(({ scope, position }) => `${scope}.${position}`));
  const times = entries.flatMap(({ scope, name, dueAt }) =>
    dueAt === undefined || asked.has(name) || hasLost(scope, ended) ? [] : [dueAt],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

const isEndedRace = ({ kind, state }: JournalEntry): boolean => kind === "race" && state !== "open";

/** What waits in a branch of a race that is over is not waited for any more. */
function hasLost(scope: string, ended: ReadonlySet<string>): boolean {
  const parts = scope.split(".");
  return parts.some((_part, index) => ended.has(parts.slice(0, index).join(".")));
}
