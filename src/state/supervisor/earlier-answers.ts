import type { AttemptId, JobId, TaskId } from "../../domain/ids.ts";
import { isJobOver } from "../../domain/job-status.ts";
import type { SupervisorInteraction } from "../../domain/supervisor/interaction.ts";
import type { Tx } from "../append-events.ts";
import { eventDataFromText, interactionFromRow } from "../rows.ts";

type Db = Pick<Tx, "selectFrom">;

export type AskedAgain = {
  readonly contentKey: string;
  readonly about: { readonly jobId: JobId; readonly taskId?: TaskId; readonly attemptId?: AttemptId };
};

type About = AskedAgain["about"];

/**
 * How the model answered the very question that is asked again because whoever asked was cut short: about the same attempt and before
 * anything was decided on it, or about the same job and before it ended. `undefined`: it has not, or what came of it is recorded.
 */
export async function findEarlier(db: Db, question: AskedAgain): Promise<SupervisorInteraction | undefined> {
  const { contentKey, about } = question;
  const { jobId, taskId = null, attemptId = null } = about;
  const row = await db
    .selectFrom("interactions")
    .selectAll()
    .where("content_key", "=", contentKey)
    .where("job_id", "=", jobId)
    .where("task_id", taskId === null ? "is" : "=", taskId)
    .where("attempt_id", attemptId === null ? "is" : "=", attemptId)
    .where((eb) => eb.or([eb("answered_from", "=", "model"), eb("failure", "=", "truncated")]))
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  const earlier = row && interactionFromRow(row);
  if (earlier?.ending === undefined) return undefined;
  return (await isSettledSince(db, question, earlier.ending.endedAt)) ? undefined : earlier;
}

const isSettledSince = (db: Db, { about }: AskedAgain, at: number): Promise<boolean> =>
  about.taskId === undefined
    ? hasEndedSince(db, about, at)
    : isDecidedSince(db, { ...about, taskId: about.taskId }, at);

type AboutTask = About & { readonly taskId: TaskId };

async function isDecidedSince(db: Db, { taskId, attemptId }: AboutTask, at: number): Promise<boolean> {
  const decisions = db.selectFrom("decisions").select("seq").where("task_id", "=", taskId).where("at", ">=", at);
  const ofAttempt = attemptId === undefined ? decisions : decisions.where("attempt_id", "=", attemptId);
  return (await ofAttempt.limit(1).executeTakeFirst()) !== undefined;
}

async function hasEndedSince(db: Db, { jobId }: About, at: number): Promise<boolean> {
  const changes = await db
    .selectFrom("events")
    .select("data")
    .where("job_id", "=", jobId)
    .where("type", "=", "job-status-changed")
    .where("at", ">=", at)
    .execute();
  return changes.some(({ data }) => isJobOver(eventDataFromText("job-status-changed", data).to));
}
