import { refusalOf } from "../../domain/breakpoint/answers.ts";
import type { Breakpoint, BreakpointAnswer } from "../../domain/breakpoint/breakpoint.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import { isJobOver } from "../../domain/job-status.ts";
import type { Resolution } from "../../state/breakpoints/breakpoints.ts";
import { isDriven } from "../coordinator/is-driven.ts";
import { endMerges } from "../integration/end-merges.ts";
import { jobRunId, planDecisionSignal } from "../queues.ts";
import type { Services } from "../services.ts";
import { cancelTasks } from "../jobs/stop-job.ts";
import { handWorkflowAnswersOn } from "../workflows/ask-person.ts";

type Answering = Pick<Services, "state" | "engine" | "place" | "redact" | "repo" | "logger">;

export type WhichBreakpoints = {
  /** Default: only those that wait for an answer. */
  readonly isSettledToo?: boolean;
};

/** What nobody has answered in time is answered with no, and what follows of that is done: nothing of it waits for a resume. */
export async function settleDue(services: Answering): Promise<void> {
  const { breakpoints } = services.state;
  for (const id of await breakpoints.expireDue()) {
    await actOnAnswer(services, (await breakpoints.get(id)).jobId);
  }
}

/** What nobody has answered in time is settled. */
export async function listBreakpoints(
  services: Answering,
  jobId?: JobId,
  { isSettledToo = false }: WhichBreakpoints = {},
): Promise<readonly Breakpoint[]> {
  const { state } = services;
  await settleDue(services);
  const ofJob = jobId === undefined ? {} : { jobId };
  return state.breakpoints.list(isSettledToo ? ofJob : { status: "open", ...ofJob });
}

/**
 * A breakpoint by its id or the beginning of it, open or not.
 * @throws {TuttiError} `BREAKPOINT_UNKNOWN`
 */
export async function findBreakpoint(services: Answering, id: string): Promise<Breakpoint> {
  await settleDue(services);
  const all = await services.state.breakpoints.list();
  const exact = all.find((breakpoint) => breakpoint.id === id);
  const matches = id === "" ? [] : all.filter((breakpoint) => breakpoint.id.startsWith(id));
  const [first, second] = matches;
  const found = exact ?? (second === undefined ? first : undefined);
  if (found !== undefined) return found;
  const what = first === undefined ? "No breakpoint" : "More than one breakpoint";
  throw new TuttiError("BREAKPOINT_UNKNOWN", `${what} begins with "${id}"`, {
    hint: "List them: tutti breakpoint list",
    context: { breakpoint: id },
  });
}

export type PersonsAnswer = BreakpointAnswer & {
  /** Who answers. Default: a person. */
  readonly by?: string;
};

/**
 * Answers a breakpoint. Whoever carries the job out goes on by itself; otherwise the next `tutti resume` does.
 * @throws {TuttiError} `BREAKPOINT_UNKNOWN`, `BREAKPOINT_INVALID`
 */
export async function resolveBreakpoint(
  services: Answering & Pick<Services, "fault">,
  id: string,
  { by = "a person", note, ...answer }: PersonsAnswer,
): Promise<Resolution> {
  const { state, redact, fault } = services;
  const breakpoint = await findBreakpoint(services, id);
  const words = note === undefined ? {} : { note: redact(note) };
  fault("breakpoint.answering");
  const resolution = await state.breakpoints.resolve(breakpoint.id, { ...answer, ...words, by: redact(by) });
  fault("breakpoint.answered");
  await actOnAnswer(services, resolution.breakpoint.jobId);
  return resolution;
}

/** What the answer's own transaction could not do; again and again it is the same. */
async function actOnAnswer(services: Answering, jobId: JobId): Promise<void> {
  const job = await services.state.jobs.get(jobId);
  if (job.status === "cancelled") {
    const reason = "the job was stopped at a breakpoint";
    await cancelTasks(services, await services.state.tasks.list(jobId), reason);
    await endMerges(services, jobId, reason);
    return;
  }
  if (isJobOver(job.status)) return;
  await handWorkflowAnswersOn(services, jobId);
  const handedOn = await handPlanAnswerOn(services, jobId);
  if (handedOn !== "refused" || (await isDriven(services, jobId))) return;
  await services.state.jobs.setStatus(jobId, "cancelled", planRefused);
}

const planRefused = "the plan was refused";

/** The drive that waits for the answer to its plan gets it; the first one counts. */
export async function handPlanAnswerOn(
  { state, engine }: Pick<Services, "state" | "engine">,
  jobId: JobId,
): Promise<"approved" | "refused" | undefined> {
  const asked = await state.breakpoints.ofPlan(jobId);
  if (asked?.answer === undefined) return undefined;
  const { round } = await state.jobs.get(jobId);
  const runId = jobRunId(jobId, round);
  const isRefused = asked.answer.answer === refusalOf({ kind: "plan", isOfJob: true });
  const payload = isRefused ? "refused" : "approved";
  if ((await engine.find(runId)) !== undefined) {
    await engine.signal(runId, { name: planDecisionSignal, key: "first", payload });
  }
  return payload;
}

/**
 * For whoever is about to drive a job: a plan that was refused, or that nobody approved in time, is not carried out, whatever they were
 * told beforehand. Whoever took the answer down may have died before it ended the job.
 */
export async function endIfPlanRefused(services: Answering, jobId: JobId): Promise<boolean> {
  await services.state.breakpoints.expireDue();
  if ((await handPlanAnswerOn(services, jobId)) !== "refused") return false;
  await services.state.jobs.setStatus(jobId, "cancelled", planRefused);
  return true;
}

/** An answer that was given at the terminal. The first one counts, wherever it was given. */
export async function answerPlan(services: Answering, jobId: JobId, answer: "approve" | "reject"): Promise<void> {
  const asked = await services.state.breakpoints.ofPlan(jobId);
  if (asked?.status === "open") await services.state.breakpoints.resolve(asked.id, { answer, by: "a person" });
  await handPlanAnswerOn(services, jobId);
}
