import { openProject } from "../../compose.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asJobId, asWorkerId } from "../../domain/ids.ts";
import { runWorker } from "../../orchestration/worker.ts";
import type { Cli } from "../cli.ts";

export type WorkerOptions = { readonly job: string; readonly id: string };

/** `tutti worker`: what a coordinator starts. Stops when it is told to, or when its coordinator is gone. */
export async function workerCommand(cli: Cli, options: WorkerOptions): Promise<number> {
  const stop = new AbortController();
  process.on("message", () => stop.abort());
  process.on("disconnect", () => stop.abort());
  // It may have been gone before we listened.
  if (!process.connected) stop.abort();
  process.on("SIGTERM", () => stop.abort());
  process.on("SIGINT", () => undefined);
  const jobId = asJobId(options.job);
  const project = await openProject({ cwd: cli.cwd, env: cli.env, workerId: asWorkerId(options.id), jobId });
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
