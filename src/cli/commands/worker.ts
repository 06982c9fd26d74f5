import { openProject, type Project } from "../../compose.ts";
import type { ConfigInput } from "../../config/config.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asJobId, asWorkerId, type JobId } from "../../domain/ids.ts";
import { joinPool } from "../../orchestration/workers/join-pool.ts";
import { runWorker } from "../../orchestration/workers/worker.ts";
import { checkAgent } from "../drive/check-agent.ts";
import type { Cli } from "../cli.ts";
import { stopSignals } from "../drive/stop-signals.ts";

export type WorkerOptions = { readonly job?: string; readonly id?: string; readonly settings?: ConfigInput };

/** `tutti worker`: joins the pool of this project, or is what a coordinator starts for one job. */
export async function workerCommand(cli: Cli, options: WorkerOptions): Promise<number> {
  const { job, id, settings } = options;
  if (job !== undefined && id !== undefined) return startedWorker(cli, { job, id, flags: settings ?? {} });
  const project = await openProject({ cwd: cli.cwd, env: cli.env });
  const isChild = process.connected;
  const signals = stopSignals(cli, undefined, isChild ? "" : "\nLeaving: the agent is interrupted, its work stays.\n");
  const stop = isChild ? AbortSignal.any([signals.stop, parentGone()]) : signals.stop;
  try {
    await checkAgent(cli, project);
    if (!isChild)
      cli.output.stdout(`${project.services.workerId} has joined the pool of ${project.repo.root}. Ctrl-C leaves.\n`);
    await joinPool({ services: project.services, own: project.own, stop, workIn: workInJob(cli, project) });
    return 0;
  } finally {
    signals.dispose();
    await project.close();
    if (process.connected) process.disconnect();
  }
}

/** A worker's engine and agents are those of one job: each stay in a job is a project of its own. */
const workInJob =
  (cli: Cli, { services, own }: Project) =>
  async (jobId: JobId, stop: AbortSignal): Promise<void> => {
    visits += 1;
    const workerId = asWorkerId(`${services.workerId}.j${visits}`);
    const project = await openProject({ cwd: cli.cwd, env: cli.env, workerId, jobId });
    if (!process.connected) cli.output.stdout(`working in ${jobId}\n`);
    try {
      await runWorker(project.services, { jobId, own, stop, leavesAfterMs: idleMs });
    } finally {
      await project.close();
    }
  };

let visits = 0;
/** Long enough for the next task of the same job to become ready, so that its agent stays warm. */
const idleMs = 2_000;

function parentGone(): AbortSignal {
  const gone = new AbortController();
  process.on("message", () => gone.abort());
  process.on("disconnect", () => gone.abort());
  return gone.signal;
}

/** What a coordinator starts. Stops when it is told to, or when its coordinator is gone. */
async function startedWorker(
  cli: Cli,
  options: { readonly job: string; readonly id: string; readonly flags: ConfigInput },
): Promise<number> {
  const stop = new AbortController();
  process.on("message", () => stop.abort());
  process.on("disconnect", () => stop.abort());
  // It may have been gone before we listened.
  if (!process.connected) stop.abort();
  process.on("SIGTERM", () => stop.abort());
  process.on("SIGINT", () => undefined);
  const jobId = asJobId(options.job);
  const project = await openProject({
    cwd: cli.cwd,
    env: cli.env,
    workerId: asWorkerId(options.id),
    jobId,
    flags: options.flags,
  });
  try {
    await runWorker(project.services, { jobId, own: project.own, stop: stop.signal });
    return 0;
  } catch (error) {
    const known = TuttiError.from(error);
    project.services.logger.error("the worker failed", {
      code: known.code,
      message: known.message,
      stack: known.stack ?? "",
    });
    return 1;
  } finally {
    await project.close();
    if (process.connected) process.disconnect();
  }
}
