/**
 * - `planning` the manager reads the repository and writes the plan
 * - `proposed` the plan waits for a person's yes
 * - `running` tasks are carried out
 * - `paused` a quota or a hard budget ended: nothing is dispatched until `resume`
 * - `waiting` nothing can progress without a person
 * - `interrupted` the coordinator was stopped: `resume` goes on
 * - `reviewing` the manager reads the whole
 * - `completed` every task completed
 * - `failed` ended with at least one task that didn't complete, or couldn't be planned
 * - `cancelled` a person ended it
 */
export const jobStatuses = [
  "planning",
  "proposed",
  "running",
  "paused",
  "waiting",
  "interrupted",
  "reviewing",
  "completed",
  "failed",
  "cancelled",
] as const;

export type JobStatus = (typeof jobStatuses)[number];

export const isJobOver = (status: JobStatus): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";

/** Exit codes of every command that runs or waits for a job. */
export const exitCodes = { done: 0, failed: 1, usage: 2, waitingForPerson: 3, paused: 4, interrupted: 130 } as const;

export function exitCodeOf(status: JobStatus): number {
  switch (status) {
    case "completed":
      return exitCodes.done;
    case "waiting":
    case "proposed":
      return exitCodes.waitingForPerson;
    case "paused":
      return exitCodes.paused;
    case "interrupted":
      return exitCodes.interrupted;
    default:
      return exitCodes.failed;
  }
}
