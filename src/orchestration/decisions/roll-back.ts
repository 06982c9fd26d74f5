import type { AttemptDecision } from "../../domain/model.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";

/**
 * What the files were before an attempt: those of the attempt that it went on from, else those that it began with, else nothing but
 * the tip. The refused work stays reachable by its attempt's ref.
 */
export async function filesBefore(
  desk: JobDesk,
  { lease, begun }: AttemptStep,
): Promise<Pick<AttemptDecision, "filesFrom">> {
  const attempts = await desk.services.state.attempts.list(lease.taskId);
  const own = attempts.find(({ id }) => id === begun.id);
  if (own?.filesCommit !== undefined) return { filesFrom: own.filesCommit };
  const before = attempts.findLast(({ number, isTakenBack }) => number < begun.number && isTakenBack !== true);
  const wentOn = before?.decision?.action === "retry" && before.decision.resumeSession;
  const isSamePlace = before?.slotId === own?.slotId && before?.baseCommit === begun.baseCommit;
  return wentOn && isSamePlace && before.snapshotCommit !== undefined ? { filesFrom: before.snapshotCommit } : {};
}
