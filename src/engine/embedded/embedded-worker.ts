import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { RunId } from "../../domain/ids.ts";
import type { ChangeWatch } from "../../stores/port.ts";
import type { EngineWorker, WorkOptions } from "../port.ts";
import {
  cancelRequests,
  candidates,
  type Claim,
  claim,
  type ClaimRequest,
  nextDueAt,
  queueDueTimers,
  releaseExpired,
} from "./claims.ts";
import type { EngineContext } from "./engine-context.ts";
import { cancelledError, workerStoppedError, workflowUnknownError } from "./engine-errors.ts";
import { Execution } from "./execution.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import type { SqlSession } from "./sql-store.ts";
import { WakeUp } from "./wake-up.ts";

/** A look around happens at least so often, in case the clock was set. */
const maxPauseMs = 1_000;
/** After an error in the loop. */
const errorPauseMs = 250;
/** Keeps a due time that can't be dealt with yet from turning the loop into a spin. */
const minPauseMs = 2;
/** How long `stop` waits for steps that don't heed their abort. Their leases then expire by themselves. */
const maxStopMs = 10_000;
const noCancels: ReadonlyMap<RunId, string> = new Map();

/** Claims runs and executes them. All it knows of other workers it reads from the database. */
export class EmbeddedWorker implements EngineWorker {
  readonly active = new Set<RunId>();
  readonly #context: EngineContext;
  readonly #options: WorkOptions;
  readonly #leaseMs: number;
  readonly #executions = new Set<Execution>();
  readonly #ended = new Set<Promise<void>>();
  readonly #watch: ChangeWatch;
  readonly #wakeUp = new WakeUp();
  readonly #keeper: LeaseKeeper;
  readonly #loop: Promise<void>;
  #isStopping = false;
  #isOver = false;
  #lastLookAt: number;
  #mayReapAt = 0;

  constructor(context: EngineContext, options: WorkOptions) {
    this.#context = context;
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 30_000;
    this.#watch = context.store.watch();
    this.#lastLookAt = context.clock();
    this.#keeper = new LeaseKeeper(context, this.#executions, this.#leaseMs);
    this.#loop = this.#run();
  }

  async stop({ drain }: { readonly drain: boolean }): Promise<void> {
    this.#isStopping = true;
    if (!drain) for (const execution of this.#executions) execution.interrupt(workerStoppedError());
    const allEnded = this.#whenAllEnded();
    await (drain
      ? allEnded
      : Promise.race([allEnded, delay(Math.min(this.#leaseMs, maxStopMs), undefined, { ref: false })]));
    this.#isOver = true;
    this.#wakeUp.kick();
    await this.#loop;
    this.#keeper.stop();
  }

  async #whenAllEnded(): Promise<void> {
    while (this.#ended.size > 0) await Promise.all(this.#ended);
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#wakeUp.rearm();
      const timeoutMs = await this.#lookAroundSafely();
      await this.#watch.wait({ timeoutMs, signal: this.#wakeUp.signal });
      await nextTurn();
    }
  }

  async #lookAroundSafely(): Promise<number> {
    try {
      return await this.#lookAround();
    } catch (thrown) {
      const { workerId } = this.#options;
      this.#context.logger.warn({ workerId, error: String(thrown) }, "a worker could not look for runs");
      await delay(errorPauseMs);
      return 0;
    }
  }

  /** @returns for how long there is nothing to do unless something changes, in milliseconds */
  async #lookAround(): Promise<number> {
    const now = this.#context.clock();
    this.#noticeFreeze(now);
    const { dueAt = Infinity, cancels, hasReady } = await this.#context.store.inspect((session) => this.#view(session));
    this.#cancelAll(cancels);
    await Promise.all([...this.#executions].map((execution) => execution.poll()));
    if (dueAt <= now) await this.#context.store.transact((session) => this.#queueDue(session, now));
    if (hasReady && (this.#options.mayClaim?.() ?? true)) await this.#claim();
    return Math.max(minPauseMs, Math.min(maxPauseMs, this.#leaseMs / 4, dueAt - now));
  }

  #view(session: SqlSession) {
    return {
      dueAt: nextDueAt(session),
      cancels: this.#executions.size > 0 ? cancelRequests(session, this.#options.workerId) : noCancels,
      hasReady: this.#freeSlots > 0 && candidates(session, this.#request(1)).length > 0,
    };
  }

  /**
   * Whoever didn't run for a while (a closed laptop, a stopped process) must not call the others dead: they didn't run
   * either, and get the time to renew their leases. The same when the clock was set back: what was to be waited for until then
   * lies far in the future now.
   */
  #noticeFreeze(now: number): void {
    if (Math.abs(now - this.#lastLookAt) > this.#leaseMs / 2) this.#mayReapAt = now + this.#leaseMs;
    this.#lastLookAt = now;
  }

  #queueDue(session: SqlSession, now: number): void {
    queueDueTimers(session, now);
    if (now >= this.#mayReapAt) releaseExpired(session, now);
  }

  #cancelAll(cancels: ReadonlyMap<RunId, string>): void {
    for (const execution of this.#executions) {
      const { runId } = execution.claim;
      const reason = cancels.get(runId);
      if (reason !== undefined) execution.interrupt(cancelledError(runId, reason));
    }
  }

  get #freeSlots(): number {
    return this.#isStopping ? 0 : this.#options.concurrency - this.#executions.size;
  }

  #request(limit: number): ClaimRequest {
    const { workerId, queues } = this.#options;
    const versions = new Map([...this.#context.workflows.values()].map(({ name, version }) => [name, version]));
    return {
      workerId,
      queues,
      versions,
      except: this.active,
      limit,
      leaseUntil: this.#context.clock() + this.#leaseMs,
    };
  }

  async #claim(): Promise<void> {
    const request = this.#request(this.#freeSlots);
    const claims = await this.#context.store.transact((session) => claim(session, request));
    for (const taken of claims) this.#start(taken, request.leaseUntil);
    if (this.#freeSlots <= 0) for (const execution of this.#executions) execution.reconsider();
  }

  #start(taken: Claim, leaseUntil: number): void {
    const workflow = this.#context.workflows.get(taken.workflow);
    if (workflow === undefined) throw workflowUnknownError(taken.workflow);
    const hasFreeSlot = () => this.#freeSlots > 0;
    const execution = new Execution({ context: this.#context, claim: taken, workflow, leaseUntil, hasFreeSlot });
    const ended = this.#execute(execution);
    this.#ended.add(ended);
    void ended.then(() => this.#ended.delete(ended));
  }

  async #execute(execution: Execution): Promise<void> {
    const { runId } = execution.claim;
    this.#executions.add(execution);
    this.active.add(runId);
    try {
      await execution.run();
    } catch (thrown) {
      this.#context.logger.warn({ runId, error: String(thrown) }, "a run was left to another worker");
    } finally {
      this.#executions.delete(execution);
      this.active.delete(runId);
      this.#wakeUp.kick();
    }
  }
}
