import { setTimeout as delay } from "node:timers/promises";

import { TuttiError } from "../domain/errors.ts";
import type { JobId } from "../domain/ids.ts";
import { isJobOver, type JobStatus } from "../domain/job-status.ts";
import type { Application } from "../orchestration/application.ts";
import type { JobProgress } from "../orchestration/insight/task-results.ts";
import type { DriveResult, Drives } from "./drives.ts";

export type WaitOptions = {
  /** `true`: a line on stderr whenever something changes; a function gets the facts instead. */
  readonly showProgress?: boolean | ((progress: JobProgress) => void);
  /** Stops waiting, and what this process carries out for it unless somebody else here waits too. The job can be gone on with. */
  readonly signal?: AbortSignal;
  /** The same after so many milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
};

export type Waiting = {
  readonly application: Application;
  readonly drives: Drives;
  readonly jobId: JobId;
  readonly options: WaitOptions;
  /** Whether what is waited for has come. Default: the job is over or can't go on by itself. */
  readonly isEnough?: () => Promise<boolean>;
};

/** Nothing of the job goes on by itself in these. */
const standsStill = (status: JobStatus): boolean =>
  isJobOver(status) || status === "waiting" || status === "paused" || status === "interrupted" || status === "proposed";

const lookAgainMs = 1_000;

/**
 * Carries a job out, or watches whoever does, until it is over or can't go on by itself.
 * @throws {TuttiError} `WAIT_TIMED_OUT`, `ABORTED`, or what the drive failed with
 */
export async function waitForJob(waiting: Waiting): Promise<JobStatus> {
  const { options, drives, jobId } = waiting;
  const limit = options.timeoutMs === undefined ? [] : [AbortSignal.timeout(options.timeoutMs)];
  const cut = AbortSignal.any([...limit, ...(options.signal === undefined ? [] : [options.signal])]);
  const ended = new AbortController();
  const telling = tellProgress(waiting, AbortSignal.any([cut, ended.signal]));
  // What its callback throws is thrown at the end; until then it must not count as unhandled.
  telling.catch(() => undefined);
  drives.hold(jobId);
  try {
    const status = await untilEnough(waiting, cut);
    if (status !== undefined) return status;
    await drives.stopUnlessHeld(jobId, 1);
    throw cutShort(jobId, options);
  } finally {
    ended.abort();
    drives.release(jobId);
    await telling;
  }
}

const never = (): Promise<boolean> => Promise.resolve(false);

/** @returns `undefined` when it was cut */
async function untilEnough(waiting: Waiting, cut: AbortSignal): Promise<JobStatus | undefined> {
  const { application, drives, jobId, isEnough = never } = waiting;
  const watch = application.watch();
  while (!cut.aborted) {
    const { status } = await application.job(jobId);
    if (isJobOver(status) || (await isEnough())) return status;
    // Whoever carries it out may be gone: then it is ours.
    if (!(await application.isDriven(jobId)) || drives.has(jobId)) {
      const result = await firstOf(waiting, cut);
      if (result !== undefined && result !== "elsewhere") return result;
      if (result === undefined) continue;
    }
    if (standsStill(status)) return status;
    await watch.wait({ timeoutMs: lookAgainMs, signal: cut });
  }
  return undefined;
}

/** The end of the drive, or `undefined` when what is waited for came before. */
async function firstOf(waiting: Waiting, cut: AbortSignal): Promise<DriveResult | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([
      waiting.drives.run(waiting.jobId),
      whenEnough(waiting, AbortSignal.any([cut, over.signal])),
    ]);
  } finally {
    over.abort();
  }
}

async function whenEnough(waiting: Waiting, cut: AbortSignal): Promise<undefined> {
  const { application, isEnough = never } = waiting;
  const watch = application.watch();
  while (!cut.aborted && !(await isEnough())) await watch.wait({ timeoutMs: lookAgainMs, signal: cut });
}

function cutShort(jobId: JobId, { timeoutMs, signal }: WaitOptions): TuttiError {
  const context = { job: jobId };
  const hint = "The job was stopped, nothing is lost: wait for it again, or run: tutti resume";
  if (signal?.aborted === true)
    return new TuttiError("ABORTED", `Waiting for job ${jobId} was stopped`, { hint, context });
  return new TuttiError("WAIT_TIMED_OUT", `Job ${jobId} was not done within ${timeoutMs ?? 0} ms`, { hint, context });
}

async function tellProgress({ application, jobId, options }: Waiting, stop: AbortSignal): Promise<void> {
  const { showProgress } = options;
  if (showProgress === undefined || showProgress === false) return;
  const tell = showProgress === true ? printProgress : showProgress;
  const watch = application.watch();
  for (let last = ""; ;) {
    const progress = await application.progress(jobId);
    const line = JSON.stringify(progress);
    if (line !== last) tell(progress);
    last = line;
    if (stop.aborted) return;
    await watch.wait({ timeoutMs: lookAgainMs, signal: stop });
    // A burst of changes is one line.
    await delay(100, undefined, { signal: stop }).catch(() => undefined);
  }
}

function printProgress({ completed, totalTasks, progressPct, inProgress, failed, costUsd }: JobProgress): void {
  const facts = [
    `${completed}/${totalTasks} tasks (${progressPct}%)`,
    ...(inProgress > 0 ? [`${inProgress} at work`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(costUsd === null ? [] : [`$${costUsd.toFixed(2)}`]),
  ];
  process.stderr.write(`${facts.join(", ")}\n`);
}
