import { setTimeout as delay } from "node:timers/promises";

import { TuttiError } from "../../domain/errors.ts";
import { asWorkerId, type JobId, type WorkerId } from "../../domain/ids.ts";
import { recoverWorker } from "../coordinator/recovery.ts";
import type { Services } from "../services.ts";

/** A worker process that was started for a job. */
export interface SpawnedWorker {
  /** Resolves when the process is gone. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Asks it to stop; it interrupts its agent and gives its lease back. */
  stop(): void;
  kill(): void;
}

export type SpawnWorker = (worker: { readonly id: WorkerId; readonly jobId: JobId }) => SpawnedWorker;

/** Deaths in a row, without a worker that lived or an attempt that ended, after which starting more is no answer. */
const maxDeathsInARow = 5;
/** A worker that lived so long was not killed by its start. */
const healthyAfterMs = 10_000;

/**
 * Whether a worker's death says nothing against starting another: it lived long enough, or attempts came to an end in its time.
 * Whatever kills them, something is done.
 */
export async function wasWorthStarting(
  { state, now }: Pick<Services, "state" | "now">,
  { startedAt, jobId }: { readonly startedAt: number; readonly jobId?: JobId },
): Promise<boolean> {
  if (now() - startedAt > healthyAfterMs) return true;
  return ((await state.events.lastAt("attempt-decided", jobId)) ?? 0) >= startedAt;
}

/** Of this process: a coordinator that drives a job again after a pause must not use the name of a worker twice. */
let started = 0;

/** The worker processes of one coordinator: starts them, notices their death, recovers what they left. */
export class WorkerPool {
  readonly #services: Services;
  readonly #jobId: JobId;
  readonly #spawn: SpawnWorker;
  readonly #live = new Map<WorkerId, SpawnedWorker>();
  readonly #watches = new Set<Promise<void>>();
  #deathsInARow = 0;
  #failure: TuttiError | undefined;
  #isStopping = false;

  constructor(services: Services, jobId: JobId, spawn: SpawnWorker) {
    this.#services = services;
    this.#jobId = jobId;
    this.#spawn = spawn;
  }

  get size(): number {
    return this.#live.size;
  }

  /**
   * Starts `count` more workers.
   * @throws {TuttiError} `PROCESS_FAILED` when workers die as fast as they are started
   */
  start(count: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    for (let n = 0; n < count && !this.#isStopping; n += 1) this.#startOne();
  }

  /** Ends all workers and recovers those that had to be killed. `stop` gives them `graceMs`; `kill` none. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    for (const worker of this.#live.values()) worker.stop();
    const timer = setTimeout(() => this.kill(), graceMs);
    await Promise.all(this.#watches);
    clearTimeout(timer);
  }

  kill(): void {
    for (const worker of this.#live.values()) worker.kill();
  }

  #startOne(): void {
    started += 1;
    const id = asWorkerId(`${this.#services.workerId}.w${started}`);
    const worker = this.#spawn({ id, jobId: this.#jobId });
    this.#live.set(id, worker);
    const watch = this.#watch(id, worker, this.#services.now()).finally(() => this.#watches.delete(watch));
    this.#watches.add(watch);
  }

  async #watch(id: WorkerId, worker: SpawnedWorker, startedAt: number): Promise<void> {
    const { code, signal } = await worker.exited;
    const livedMs = this.#services.now() - startedAt;
    const isOrderly = code === 0;
    this.#services.logger.info("worker exited", { worker: id, code, signal, livedMs });
    try {
      const isHealthy = isOrderly || (await wasWorthStarting(this.#services, { startedAt, jobId: this.#jobId }));
      this.#deathsInARow = isHealthy ? 0 : this.#deathsInARow + 1;
      if (!isOrderly) await this.#recover(id);
    } catch (error) {
      const known = TuttiError.from(error);
      this.#services.logger.error("a dead worker was not recovered", {
        worker: id,
        code: known.code,
        message: known.message,
      });
      this.#failure ??= known;
    }
    this.#live.delete(id);
    if (this.#deathsInARow >= maxDeathsInARow) this.#failure ??= diedAtStart(id, code, signal);
  }

  /** Nobody else recovers it while this job is driven: what fails for now is tried again. */
  async #recover(id: WorkerId): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await recoverWorker(this.#services, { id, jobId: this.#jobId });
      } catch (error) {
        if (tries >= maxRecoveryTries || this.#isStopping) throw error;
        this.#services.logger.warn("a dead worker can't be recovered yet", { worker: id, error: String(error) });
      }
      await delay(recoverAgainMs);
    }
  }
}

/** Half a minute: a full disk or a locked database is rarely over in less, and a job must not stand still for longer. */
const maxRecoveryTries = 60;
const recoverAgainMs = 500;

const diedAtStart = (id: WorkerId, code: number | null, signal: string | null): TuttiError =>
  new TuttiError("PROCESS_FAILED", `${maxDeathsInARow} workers died in a row shortly after they were started`, {
    failureClass: "permanent",
    hint: "Look at the last lines of the worker's log: tutti doctor says where the logs are",
    context: { worker: id, code, signal },
  });
