import { workerSpawner, type Project } from "../../compose.ts";
import { resumeRules } from "../../config/resume-rules.ts";
import { exitCodeOf, exitCodes, isJobOver, type JobStatus } from "../../domain/job-status.ts";
import type { BreakpointId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { Application } from "../../orchestration/application.ts";
import { coordinate } from "../../orchestration/coordinator/coordinator.ts";
import type { TimerWait } from "../../orchestration/workflows/beside-questions.ts";
import { BesideWork, type Stood } from "../ask/beside-work.ts";
import type { Cli } from "../cli.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { timerText } from "../render/question-text.ts";
import { showJob, type ShownJob } from "./show-job.ts";
import { stopSignals } from "./stop-signals.ts";

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
  /** The person at the terminal has left what is asked open: timers go on beside it. */
  readonly isLeftOpen?: boolean;
  /** What they have left open. */
  readonly later?: ReadonlySet<BreakpointId>;
};

type Showing = {
  readonly shown: ShownJob;
  readonly asked: Promise<void>;
  /** Absent where nobody can be asked. */
  readonly beside: BesideWork | undefined;
};

/** A drive that has come to its end; everything of it was shown but what it came to. */
export type EndedDrive = {
  readonly status: JobStatus;
  /** What came of the questions that were being put when it ended. */
  readonly stood: Stood | undefined;
  /** Says what it came to. @returns the exit code */
  readonly tell: () => Promise<number>;
};

/** Drives a job once, and shows it while it does. */
export async function driveShown(cli: Cli, project: Project, request: DriveRequest): Promise<EndedDrive> {
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
    const { display } = shown;
    const asked = confirmPlan(cli, { application, job, isApproved, display, interrupt, signal: ended.signal });
    const { output, terminal } = cli;
    const { later = new Set() } = request;
    const work = { output, application, jobId: job.id, display, later, stop: signals.stop, interrupt };
    const beside = terminal === undefined ? undefined : new BesideWork({ ...work, terminal });
    // A question that can't be put would never be answered: the job stops, and what went wrong is thrown below.
    const stopUnasked = (): void => {
      if (!ended.signal.aborted) signals.request();
    };
    asked.catch(stopUnasked);
    beside?.done.catch(stopUnasked);
    showing = { shown, asked, beside };
  };
  const close = async (): Promise<void> => {
    // They read the state, which is closed after this.
    await Promise.allSettled([showing?.asked, showing?.beside?.close()]);
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
      // Whoever can be asked is asked first.
      ...(cli.terminal === undefined || request.isLeftOpen === true ? { timers: timerWait(cli, project) } : {}),
      returnsWhenProposed: cli.terminal === undefined,
      beginsAnew: request.beginsAnew === true,
      stop: signals.stop,
      stopNow: signals.stopNow,
      prepare,
    });
    ended.abort();
    await showing?.asked;
    const stood = await showing?.beside?.end(status);
    await showing?.shown.settle();
    const { shown } = showing ?? {};
    return { status, stood, tell: () => tellEnd({ shown, application, job }, status, signals.stop.aborted) };
  } finally {
    ended.abort();
    signals.dispose();
    await close();
  }
}

/** As long as for a quota. */
function timerWait({ output }: Cli, { loaded, services }: Project): TimerWait {
  const onWait = (at: number): void => output.stderr(`${timerText(at, services.now())}\n`);
  return { maxWaitMs: loaded.config.execution.maxQuotaWaitMs, onWait };
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
