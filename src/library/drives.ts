import type { Environment } from "../compose.ts";
import type { ConfigInput } from "../config/config.ts";
import { TuttiError } from "../domain/errors.ts";
import type { JobId } from "../domain/ids.ts";
import { isJobOver, type JobStatus } from "../domain/job-status.ts";
import type { AnyWorkflow } from "../workflow/flow.ts";

export type DriveSettings = {
  readonly cwd: string;
  readonly env: Environment;
  readonly flags: ConfigInput;
  /** Told what a person should know, a line each. */
  readonly note: (line: string) => void;
  /** Of this program, by their references; more may come. */
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
};

/** How a drive ended; `elsewhere`: another process carries the job out. */
export type DriveResult = JobStatus | "elsewhere";

type Drive = {
  readonly ended: Promise<DriveResult>;
  readonly stop: AbortController;
  /** Ends this turn of it; another one follows. */
  turn: AbortController;
};

/** The jobs that this process carries out, each with a project of its own, because an engine drives one job. */
export class Drives {
  readonly #settings: DriveSettings;
  readonly #running = new Map<JobId, Drive>();
  readonly #anew = new Set<JobId>();
  readonly #holders = new Map<JobId, number>();

  constructor(settings: DriveSettings) {
    this.#settings = settings;
  }

  has(jobId: JobId): boolean {
    return this.#running.has(jobId);
  }

  /** Somebody here wants the job to be carried out, until `release`. */
  hold(jobId: JobId): void {
    this.#holders.set(jobId, (this.#holders.get(jobId) ?? 0) + 1);
  }

  release(jobId: JobId): void {
    this.#holders.set(jobId, (this.#holders.get(jobId) ?? 1) - 1);
  }

  /** A workflow's code is taken as it is now: by the next drive, which follows at once where there is one. */
  beginAnew(jobId: JobId): void {
    this.#anew.add(jobId);
    this.#running.get(jobId)?.turn.abort();
  }

  /** @param own - how many of the holders the caller is */
  async stopUnlessHeld(jobId: JobId, own: number): Promise<void> {
    if ((this.#holders.get(jobId) ?? 0) <= own) await this.stop(jobId);
  }

  /** Carries a job out unless it is carried out here already. Resolves when that ends. */
  run(jobId: JobId): Promise<DriveResult> {
    const running = this.#running.get(jobId);
    if (running !== undefined) return running.ended;
    const { promise, resolve, reject } = Promise.withResolvers<DriveResult>();
    const drive: Drive = { ended: promise, stop: new AbortController(), turn: new AbortController() };
    this.#running.set(jobId, drive);
    // Whoever waits for it is told; nobody has to.
    promise.catch(() => undefined);
    void this.#turns(jobId, drive)
      .finally(() => this.#running.delete(jobId))
      .then(resolve, reject);
    return promise;
  }

  /** Stops one job, or all, cleanly: what was paid for stays, and a later drive goes on. */
  async stop(jobId?: JobId): Promise<void> {
    const chosen = [...this.#running].flatMap(([id, drive]) => (jobId === undefined || id === jobId ? [drive] : []));
    for (const { stop } of chosen) stop.abort();
    await Promise.allSettled(chosen.map(({ ended }) => ended));
  }

  async #turns(jobId: JobId, drive: Drive): Promise<DriveResult> {
    for (;;) {
      const end = await this.#drive(jobId, AbortSignal.any([drive.stop.signal, drive.turn.signal]));
      if (!drive.turn.signal.aborted || drive.stop.signal.aborted || end === "elsewhere" || isJobOver(end)) return end;
      drive.turn = new AbortController();
    }
  }

  async #drive(jobId: JobId, stop: AbortSignal): Promise<DriveResult> {
    const { cwd, env, flags, note, workflows } = this.#settings;
    const [{ openProject, workerSpawner }, { agentWarnings }, { coordinate }, { resumeRules }, { livePool }] =
      await Promise.all([
        import("../compose.ts"),
        import("../orchestration/agent-turn/check-agent.ts"),
        import("../orchestration/coordinator/coordinator.ts"),
        import("../config/resume-rules.ts"),
        import("../orchestration/workers/pool.ts"),
      ]);
    const beginsAnew = this.#anew.delete(jobId);
    const project = await openProject({ cwd, env, flags, workflows });
    try {
      for (const { name, detail } of await agentWarnings(project.services.agents)) note(`${name}: ${detail}`);
      const job = await project.application.job(jobId);
      if ((await livePool(project.services)).length === 0) {
        note(`no worker has joined this project: starting up to ${job.options.workers} for job ${jobId}`);
      }
      return await coordinate({
        services: project.services,
        jobId,
        own: project.own,
        spawn: workerSpawner(project.repo.root, env, flags),
        // A plan that waits for a person goes on waiting.
        isApproved: job.strategy === "manual",
        liftsPause: true,
        resumesAtReset: resumeRules(project.loaded.config, false),
        returnsWhenProposed: true,
        beginsAnew,
        stop,
        stopNow: new AbortController().signal,
      });
    } catch (error) {
      // Whoever carries it out goes on with the old code.
      if (TuttiError.is(error) && error.code === "JOB_BUSY" && !beginsAnew) return "elsewhere";
      throw error;
    } finally {
      await project.close();
    }
  }
}
