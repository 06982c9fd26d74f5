import { openProject, poolWorkerSpawner, workerSpawner, type Project } from "../../compose.ts";
import { resumeRules } from "../../config/resume-rules.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import { coordinate } from "../../orchestration/coordinator/coordinator.ts";
import { pacedWatch } from "../../orchestration/coordinator/paced-watch.ts";
import { orphanedJobs } from "../../orchestration/workers/pool.ts";
import { wasWorthStarting, type SpawnedWorker } from "../../orchestration/workers/worker-pool.ts";
import { checkAgent } from "../drive/check-agent.ts";
import type { Cli } from "../cli.ts";
import { tellRestored } from "../drive/tell-restored.ts";
import { stopSignals } from "../drive/stop-signals.ts";
import { oneLine } from "../render/terminal-text.ts";

const lookAgainMs = 1_000;
/** Workers that die at once, again and again, while nothing is done, are not started for ever. */
const maxEarlyDeaths = 5;

/** `tutti coordinator N`: N workers for every job of this project, and a coordinator for the jobs that have none. */
export async function coordinatorCommand(cli: Cli, workers: number): Promise<number> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env, onRestored: tellRestored(cli) });
  const signals = stopSignals(cli);
  const pool = new Workers(cli, project);
  const drives = new Map<JobId, Promise<unknown>>();
  /** Whoever starts this command again tries them again. */
  const failed = new Set<JobId>();
  const over = new AbortController();
  const stops = { stop: AbortSignal.any([signals.stop, over.signal]), stopNow: signals.stopNow };
  signals.stopNow.addEventListener("abort", () => pool.kill());
  try {
    await checkAgent(cli, project);
    for (let n = 0; n < workers; n += 1) pool.start();
    cli.output.stdout(`${workers} workers for ${project.repo.root}. Ctrl-C stops them.\n`);
    const changes = pacedWatch(project.services.state.events.watch());
    while (!signals.stop.aborted) {
      if (pool.failure !== undefined) throw pool.failure;
      const orphans = (await orphanedJobs(project.services)).filter(({ id }) => !drives.has(id) && !failed.has(id));
      for (const { id } of orphans) {
        cli.output.stdout(`coordinating ${id}\n`);
        drives.set(
          id,
          drive(cli, id, stops)
            .then((isDriven) => (isDriven ? undefined : failed.add(id)))
            .finally(() => drives.delete(id)),
        );
      }
      await changes.wait({ timeoutMs: lookAgainMs, signal: signals.stop });
    }
    return 0;
  } finally {
    over.abort();
    await Promise.allSettled(drives.values());
    await pool.stop();
    signals.dispose();
    await project.close();
  }
}

type Signals = { readonly stop: AbortSignal; readonly stopNow: AbortSignal };

/**
 * An engine drives one job: each has a project of its own. What goes wrong is told; the other jobs go on.
 * @returns `false` when it could not be driven
 */
async function drive(cli: Cli, jobId: JobId, { stop, stopNow }: Signals): Promise<boolean> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env });
  try {
    const status = await coordinate({
      services: project.services,
      jobId,
      own: project.own,
      spawn: workerSpawner(project.repo.root, cli.env),
      isApproved: true,
      liftsPause: false,
      resumesAtReset: resumeRules(project.loaded.config, false),
      returnsWhenProposed: true,
      stop,
      stopNow,
    });
    cli.output.stdout(`${jobId}: ${status}\n`);
    return true;
  } catch (error) {
    const { code, message } = TuttiError.from(error);
    if (code === "JOB_BUSY") return true;
    cli.output.stderr(`${jobId}: ${oneLine(message)} (${code})\n`);
    return false;
  } finally {
    await project.close();
  }
}

/** The processes that were started here; one that dies is replaced. */
class Workers {
  failure: TuttiError | undefined;
  readonly #services: Project["services"];
  readonly #spawn: () => SpawnedWorker;
  readonly #live = new Set<SpawnedWorker>();
  #earlyDeaths = 0;
  #isStopping = false;

  constructor(cli: Cli, project: Project) {
    this.#services = project.services;
    this.#spawn = poolWorkerSpawner(project.repo.root, cli.env);
  }

  start(): void {
    const startedAt = this.#services.now();
    const worker = this.#spawn();
    this.#live.add(worker);
    void worker.exited
      .then(() => this.#replace(worker, startedAt))
      .catch((error: unknown) => (this.failure ??= TuttiError.from(error)));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const worker of this.#live) worker.stop();
    await Promise.all([...this.#live].map(({ exited }) => exited));
  }

  kill(): void {
    for (const worker of this.#live) worker.kill();
  }

  async #replace(worker: SpawnedWorker, startedAt: number): Promise<void> {
    this.#live.delete(worker);
    if (this.#isStopping) return;
    this.#earlyDeaths = (await wasWorthStarting(this.#services, { startedAt })) ? 0 : this.#earlyDeaths + 1;
    // Asked to stop while it looked.
    if (this.#isStopping) return;
    if (this.#earlyDeaths < maxEarlyDeaths) return this.start();
    this.failure = new TuttiError(
      "PROCESS_FAILED",
      `${maxEarlyDeaths} workers in a row ended shortly after their start`,
      {
        hint: "Look at the last lines of the workers' logs: tutti doctor says where the logs are",
      },
    );
  }
}
