import { workerSpawner, type Project } from "../compose.ts";
import { resumeRules } from "../config/resume-rules.ts";
import { TuttiError } from "../domain/errors.ts";
import type { BreakpointId } from "../domain/ids.ts";
import { exitCodeOf, exitCodes, isJobOver, type JobStatus } from "../domain/job-status.ts";
import type { Job } from "../domain/model.ts";
import type { Application } from "../orchestration/application.ts";
import { coordinate } from "../orchestration/coordinator.ts";
import { askInPlace } from "./ask/ask-in-place.ts";
import type { Cli } from "./cli.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { showJob, type ShownJob } from "./show-job.ts";
import { stopSignals } from "./stop-signals.ts";
import { tellWorkflow } from "./tell-workflow.ts";
import { watchElsewhere } from "./watch-elsewhere.ts";

export type DriveRequest = {
  readonly job: Job;
  /** Changes that only whoever holds the job may make; nothing is shown before. */
  readonly prepare?: () => Promise<void>;
  readonly isApproved: boolean;
  readonly liftsPause: boolean;
  /** Asked for by a flag; the settings may say so too. */
  readonly resumesAtReset?: boolean;
  /** A workflow's body begins anew, with its code as it is now. */
  readonly beginsAnew?: boolean;
  readonly stop?: AbortSignal;
};

/** Drives a job and shows it while it does; asks on the spot what it waits for; at the end, what a workflow came to. @returns the exit code */
export async function driveJob(cli: Cli, project: Project, request: DriveRequest): Promise<number> {
  const exitCode = await driveAndAsk(cli, project, request);
  await tellWorkflow(cli, project, request.job);
  return exitCode;
}

async function driveAndAsk(cli: Cli, project: Project, request: DriveRequest): Promise<number> {
  const jobId = request.job.id;
  const later = new Set<BreakpointId>();
  for (let drive = await driveShown(cli, project, request); ;) {
    if ((await askInPlace(cli, project, { status: drive.status, jobId, later })) === "leave") return drive.tell();
    const next = await driveAgain(cli, project, request);
    if (typeof next === "number") return next;
    drive = next;
  }
}

/** @returns the exit code where somebody else carried it to an end: while the person thought, another had it go on */
async function driveAgain(cli: Cli, project: Project, request: DriveRequest): Promise<EndedDrive | number> {
  for (;;) {
    const job = await project.application.job(request.job.id);
    try {
      return await driveShown(cli, project, { ...nextDrive(project, request), job });
    } catch (error) {
      if (!TuttiError.is(error) || error.code !== "JOB_BUSY") throw error;
    }
    const exitCode = await watchElsewhere(cli, project, job);
    if (exitCode !== undefined) return exitCode;
  }
}

/** As `tutti resume` does it. */
const nextDrive = ({ application }: Project, { job, isApproved, resumesAtReset, stop }: DriveRequest) => ({
  prepare: async () => application.resume(await application.job(job.id), {}),
  isApproved,
  // It is no answer to a question, nor does it wait for one.
  liftsPause: false,
  ...(resumesAtReset === undefined ? {} : { resumesAtReset }),
  ...(stop === undefined ? {} : { stop }),
});

type Showing = { readonly shown: ShownJob; readonly asked: Promise<void> };

/** A drive that has come to its end; everything of it was shown but what it came to. */
type EndedDrive = {
  readonly status: JobStatus;
  /** Says what it came to. @returns the exit code */
  readonly tell: () => Promise<number>;
};

async function driveShown(cli: Cli, project: Project, request: DriveRequest): Promise<EndedDrive> {
  const { services, own, application } = project;
  const { job, isApproved, liftsPause } = request;
  const signals = stopSignals(cli, request.stop);
  const begunAt = Date.now();
  const ended = new AbortController();
  let showing: Showing | undefined;
  const prepare = async (): Promise<void> => {
    await request.prepare?.();
    const shown = await showJob(cli, project, { job, begunAt });
    const interrupt = signals.request;
    const asked = confirmPlan(cli, { application, job, display: shown.display, interrupt, signal: ended.signal });
    // A question that can't be put would never be answered: the job stops, and what went wrong is thrown below.
    asked.catch(() => {
      if (!ended.signal.aborted) signals.request();
    });
    showing = { shown, asked };
  };
  const close = async (): Promise<void> => {
    // It reads the state, which is closed after this.
    await Promise.allSettled([showing?.asked]);
    await showing?.shown.close();
  };
  try {
    const status = await coordinate({
      services,
      jobId: job.id,
      own,
      spawn: workerSpawner(project.repo.root, cli.env),
      isApproved,
      liftsPause,
      resumesAtReset: resumeRules(project.loaded.config, request.resumesAtReset === true),
      returnsWhenProposed: cli.terminal === undefined,
      beginsAnew: request.beginsAnew === true,
      stop: signals.stop,
      stopNow: signals.stopNow,
      prepare,
    });
    ended.abort();
    await showing?.asked;
    await showing?.shown.settle();
    const { shown } = showing ?? {};
    return { status, tell: () => tellEnd({ shown, application, job }, status, signals.stop.aborted) };
  } finally {
    ended.abort();
    signals.dispose();
    await close();
  }
}

type Telling = { readonly shown: ShownJob | undefined; readonly application: Application; readonly job: Job };

/** An answer may have ended the job. A wait for the reset that a Ctrl-C has ended leaves the job paused, and the command interrupted. */
async function tellEnd({ shown, application, job }: Telling, ended: JobStatus, isStopped: boolean): Promise<number> {
  const { status: now } = await application.job(job.id);
  const status = isJobOver(now) ? now : ended;
  const exitCode = isStopped && status === "paused" ? exitCodes.interrupted : exitCodeOf(status);
  await shown?.finish(status, exitCode);
  return exitCode;
}
