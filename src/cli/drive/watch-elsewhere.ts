import { setTimeout as delay } from "node:timers/promises";

import type { Project } from "../../compose.ts";
import { exitCodeOf, exitCodes, type JobStatus } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import type { Cli } from "../cli.ts";
import { showJob } from "./show-job.ts";
import { stopSignals } from "./stop-signals.ts";

const lookAgainMs = 1_000;

/**
 * Another process carries it out; a Ctrl-C ends only the watching.
 * @returns `undefined` when that process is gone before the job has come to an end
 */
export async function watchElsewhere(cli: Cli, project: Project, job: Job): Promise<number | undefined> {
  cli.output.stderr("note: another process carries this job out; watching it\n");
  const signals = stopSignals(cli, undefined, "\nNo longer watching; the job goes on.\n");
  const shown = await showJob(cli, project, { job });
  try {
    const status = await untilStill(project, job, signals.stop);
    if (status === undefined) return undefined;
    const exitCode = signals.stop.aborted ? exitCodes.interrupted : exitCodeOf(status);
    await shown.finish(status, exitCode);
    return exitCode;
  } finally {
    signals.dispose();
    await shown.close();
  }
}

async function untilStill({ application }: Project, { id }: Job, stop: AbortSignal): Promise<JobStatus | undefined> {
  for (;;) {
    const isDriven = await application.isDriven(id);
    const { status } = await application.job(id);
    const isMoving = status === "running" || status === "reviewing" || status === "planning";
    if (!isMoving || stop.aborted) return status;
    if (!isDriven) return undefined;
    await application.waitForChange({ timeoutMs: lookAgainMs, signal: stop });
    await delay(50);
  }
}
