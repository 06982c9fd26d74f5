import { workerSpawner, type Project } from "../compose.ts";
import { resumeRules } from "../config/resume-rules.ts";
import { exitCodeOf, exitCodes, type JobStatus } from "../domain/job-status.ts";
import type { Job } from "../domain/model.ts";
import { coordinate } from "../orchestration/coordinator.ts";
import type { Cli } from "./cli.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { showJob, type ShownJob } from "./show-job.ts";
import { stopSignals } from "./stop-signals.ts";
import { tellWorkflow } from "./tell-workflow.ts";

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

type Showing = { readonly shown: ShownJob; readonly asked: Promise<void> };

/** Drives a job and shows it while it does; at the end, what a workflow came to. @returns the exit code */
export async function driveJob(cli: Cli, project: Project, request: DriveRequest): Promise<number> {
  const exitCode = await driveShown(cli, project, request);
  await tellWorkflow(cli, project, request.job);
  return exitCode;
}

async function driveShown(cli: Cli, project: Project, request: DriveRequest): Promise<number> {
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
      returnsWhenProposed: !cli.output.isTty || cli.output.isJson,
      beginsAnew: request.beginsAnew === true,
      stop: signals.stop,
      stopNow: signals.stopNow,
      prepare,
    });
    ended.abort();
    return await tellEnd(showing, status, signals.stop.aborted);
  } finally {
    ended.abort();
    signals.dispose();
    await close();
  }
}

/** A wait for the reset that a Ctrl-C has ended leaves the job paused, and the command interrupted. */
async function tellEnd(showing: Showing | undefined, status: JobStatus, isStopped: boolean): Promise<number> {
  const exitCode = isStopped && status === "paused" ? exitCodes.interrupted : exitCodeOf(status);
  await showing?.asked;
  await showing?.shown.finish(status, exitCode);
  return exitCode;
}
