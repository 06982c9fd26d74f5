import { TuttiError } from "../../domain/errors.ts";
import { isJobOver, type JobStatus } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { EventEnd, ReceivedEvent } from "../../domain/workflow/received-event.ts";
import { isDriven } from "../coordinator/is-driven.ts";
import type { Services } from "../services.ts";
import { createWorkflowJob } from "../workflows/create-workflow-job.ts";

export type EventReaction = {
  /** The workflow that is given the event: a name, or the path of a file. */
  readonly ref: string;
  readonly settings: JobSettings;
};

/**
 * The one job that reacts to an event, however often this is asked: its key is the event's id.
 * @returns `undefined` when the workflow does not take such an event; then it has failed and says why
 * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`, `MODEL_UNPRICED`; the event waits on
 */
export async function jobOfEvent(
  services: Services,
  { event }: Pick<ReceivedEvent, "event">,
  { ref, settings }: EventReaction,
): Promise<Job | undefined> {
  const { state, repo } = services;
  try {
    const goal = `React to ${event.type} (${event.id} of ${event.source})`;
    const dispatchKey = `event:${event.id}`;
    const job = await createWorkflowJob(services, { ref, settings, goal, dispatchKey, input: event });
    await state.workflowEvents.start(repo.root, event.id, job.id);
    return job;
  } catch (thrown) {
    // Anything else can be mended without it: the event waits.
    if (!TuttiError.is(thrown) || thrown.code !== "WORKFLOW_INPUT_INVALID") throw thrown;
    const reason = services.redact(thrown.message);
    await state.workflowEvents.end(repo.root, event.id, { status: "failed", reason });
    return undefined;
  }
}

/** Statuses in which a job goes on without a person. */
const drivable: readonly JobStatus[] = ["planning", "running", "reviewing", "interrupted"];

/** Writes the ends of events whose jobs are over, whoever has carried them out. */
export async function settleEvents(services: Services): Promise<void> {
  await dueEvents(services);
}

/** Of events whose jobs had failed: those that a person has brought to a good end since are done. */
export async function mendEvents({ state, repo }: Services, listed: readonly ReceivedEvent[]): Promise<boolean> {
  const over = listed.filter(({ status }) => status === "failed" || status === "unhandled");
  let hasMended = false;
  for (const { event, jobId } of over) {
    if (jobId === undefined || (await state.jobs.get(jobId)).status !== "completed") continue;
    await state.workflowEvents.mend(repo.root, event.id);
    hasMended = true;
  }
  return hasMended;
}

const none: ReadonlySet<string> = new Set();

/**
 * Events that somebody has to carry out now, the oldest first. Those whose jobs are over get their end.
 * @param except - ids of events that need no look
 */
export async function dueEvents(
  services: Services,
  except: ReadonlySet<string> = none,
): Promise<readonly ReceivedEvent[]> {
  const { state, repo } = services;
  const due: ReceivedEvent[] = [];
  for (const received of await state.workflowEvents.openOnes(repo.root)) {
    if (except.has(received.event.id)) continue;
    if (received.jobId === undefined) due.push(received);
    else if (await isLeft(services, received)) due.push(received);
  }
  return due;
}

async function isLeft(services: Services, received: ReceivedEvent): Promise<boolean> {
  const { jobId } = received;
  if (jobId === undefined) return true;
  if ((await settleEvent(services, received)) !== undefined) return false;
  const { status, isPauseRequested } = await services.state.jobs.get(jobId);
  return drivable.includes(status) && !isPauseRequested && !(await isDriven(services, jobId));
}

/** @returns its end, once its job is over */
export async function settleEvent(
  { state, repo }: Pick<Services, "state" | "repo">,
  { event }: Pick<ReceivedEvent, "event">,
): Promise<EventEnd | undefined> {
  const jobId = (await state.workflowEvents.find(repo.root, event.id))?.jobId;
  if (jobId === undefined) return undefined;
  const { status } = await state.jobs.get(jobId);
  if (!isJobOver(status)) return undefined;
  const end = status === "completed" ? ({ status: "done" } as const) : await failedEnd({ state }, jobId, status);
  await state.workflowEvents.end(repo.root, event.id, end);
  return end;
}

async function failedEnd({ state }: Pick<Services, "state">, jobId: Job["id"], status: JobStatus): Promise<EventEnd> {
  const error = (await state.workflowRuns.current(jobId))?.error;
  const isUnhandled = error?.code === "WORKFLOW_EVENT_UNHANDLED";
  return { status: isUnhandled ? "unhandled" : "failed", reason: error?.message ?? `its job is ${status}` };
}
