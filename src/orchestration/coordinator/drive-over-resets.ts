import type { JobId } from "../../domain/ids.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import { resumeTime, type ResumeRules } from "../../domain/quota/resume-time.ts";
import { defaultAccount, type Services } from "../services.ts";
import { whyPaused } from "./why-paused.ts";

type Waiting = Pick<Services, "state" | "now" | "random" | "projectBudget">;

export type ResetWait = {
  readonly services: Waiting;
  readonly jobId: JobId;
  /** `undefined`: a paused job stays paused. */
  readonly resumesAtReset?: ResumeRules | undefined;
  /** Ends the waiting and leaves the job paused. */
  readonly stop: AbortSignal;
  /** Another coordinator has taken the job over. */
  readonly lost: AbortSignal;
};

/** @param again - it is not the first drive: what paused it is to be lifted */
type DriveOnce = (again: boolean) => Promise<JobStatus>;

/**
 * Drives a job; when a quota ends it, waits for the reset and drives it again, where that is wanted. Every attempt that was cut
 * short goes on in its own conversation. What ends the waiting: the reset, a person, a status that somebody else gave the job,
 * or a reset that is too far away.
 */
export async function driveOverResets(wait: ResetWait, drive: DriveOnce): Promise<JobStatus> {
  const { resumesAtReset: rules, services, jobId } = wait;
  let streak = await newStreak(services, jobId);
  for (let status = await drive(false); ; status = await drive(true)) {
    if (status !== "paused" || rules === undefined || wait.stop.aborted) return status;
    streak = await nextStreak(services, jobId, streak);
    if (!(await waitForReset(wait, rules, streak))) return (await services.state.jobs.get(jobId)).status;
  }
}

/** Waits that follow one another without any progress in between. */
type Streak = {
  readonly since: number;
  readonly failures: number;
  /** The last event that was looked at. */
  readonly eventSeq: number;
  /** The account was paused since the wait before, be it lifted by now or not. */
  readonly wasPaused: boolean;
};

async function newStreak({ state, now }: Waiting, jobId: JobId): Promise<Streak> {
  const { eventSeq } = await progressSince(state, jobId, 0);
  return { since: now(), failures: -1, eventSeq, wasPaused: false };
}

async function nextStreak({ state, now }: Waiting, jobId: JobId, before: Streak): Promise<Streak> {
  const { hasProgressed, ...seen } = await progressSince(state, jobId, before.eventSeq);
  const isFirst = before.failures < 0 || hasProgressed;
  return isFirst
    ? { since: now(), failures: 0, ...seen }
    : { since: before.since, failures: before.failures + 1, ...seen };
}

type Progress = Pick<Streak, "eventSeq" | "wasPaused"> & {
  /** An agent finished a turn. */
  readonly hasProgressed: boolean;
};

async function progressSince(state: Services["state"], jobId: JobId, after: number): Promise<Progress> {
  let [hasProgressed, wasPaused, eventSeq] = [false, false, after];
  for (;;) {
    const events = await state.events.read({ jobId, after: eventSeq });
    const last = events.at(-1);
    if (last === undefined) return { hasProgressed, wasPaused, eventSeq };
    eventSeq = last.seq;
    wasPaused ||= events.some(({ type }) => type === "dispatch-paused");
    hasProgressed ||= events.some(
      ({ type, data }) =>
        type === "plan-accepted" || (type === "attempt-executed" && "status" in data && data.status === "finished"),
    );
  }
}

/** A longer timer would not notice that the machine was asleep, nor that a person has changed the pause. */
const lookAgainMs = 15_000;

/** @returns whether the job is to go on */
async function waitForReset(wait: ResetWait, rules: ResumeRules, streak: Streak): Promise<boolean> {
  const { services, jobId, stop, lost } = wait;
  const changes = services.state.events.watch();
  const random = services.random();
  let told: number | null | undefined;
  // A reset that is looked at again and again must not move away: the wait counts from its first look.
  const begunAt = services.now();
  for (;;) {
    lost.throwIfAborted();
    if (stop.aborted) return false;
    const resetAt = await resetOf(services, jobId, streak.wasPaused || told !== undefined);
    if (resetAt === undefined) return false;
    const { at, isTooLate } = resumeTime({ ...streak, now: begunAt, resetAt, random }, rules);
    const next = isTooLate ? null : at;
    if (next !== told) await tell(services, jobId, { at: next, resetAt, maxWaitMs: rules.maxWaitMs });
    told = next;
    if (isTooLate) return false;
    const leftMs = at - services.now();
    if (leftMs <= 0) return true;
    await changes.wait({ timeoutMs: Math.min(leftMs, lookAgainMs), signal: AbortSignal.any([stop, lost]) });
  }
}

/**
 * When the quota comes back that holds this job; `undefined` when something else does, or nobody said when.
 * @param wasQuota - it was the quota before: a pause that a person or another job lifted meanwhile is over now
 */
async function resetOf(services: Waiting, jobId: JobId, wasQuota: boolean): Promise<number | undefined> {
  const job = await services.state.jobs.get(jobId);
  if (job.status !== "paused") return undefined;
  const reason = await whyPaused(services, job);
  if (reason === undefined) return wasQuota ? longAgo : undefined;
  return reason.kind === "quota" ? reason.resetAt : undefined;
}

const longAgo = 0;

type Plan = { readonly at: number | null; readonly resetAt: number; readonly maxWaitMs: number };

const tell = ({ state }: Waiting, jobId: JobId, plan: Plan): Promise<void> =>
  state.events.append("resume-scheduled", { jobId }, { account: defaultAccount, ...plan });
