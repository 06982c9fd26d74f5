import { TuttiError } from "../domain/errors.ts";
import type { JobId, RunId, TaskId } from "../domain/ids.ts";
import type { Job, Task } from "../domain/model.ts";
import { admitWorkers } from "../domain/schedule/admission.ts";
import { blockedTasks } from "../domain/schedule/blocked-tasks.ts";
import { readyTasks } from "../domain/schedule/ready-tasks.ts";
import type { TaskFacts } from "../domain/schedule/task-facts.ts";
import { isActive, isSettled } from "../domain/task-status.ts";
import type { JobDesk } from "./desk.ts";
import { failBrokenDispatches } from "./broken-dispatches.ts";
import { CheckoutGuard } from "./checkout-guard.ts";
import { findCommonCause } from "./common-cause.ts";
import { livePool } from "./pool.ts";
import { MergeQueue } from "./merge-queue.ts";
import { taskQueue, taskRunId } from "./queues.ts";
import { defaultAccount } from "./services.ts";
import { isBudgetSpent } from "./spending.ts";
import { dispatchedTask } from "./task-workflow.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Why a drive ended. `settled`: nothing is left to do. */
export type DriveEnd = "settled" | "paused" | "waiting";

const lookAgainMs = 1_000;
/** Enough that no worker waits for the loop, and no more: what isn't dispatched yet can still be held back. */
const queuedPerWorker = 2;

export type Drive = { readonly desk: JobDesk; readonly workers: WorkerPool; readonly signal: AbortSignal };

/**
 * Carries the plan out: a reconcile loop that looks at the state, does what is due (block, dispatch, integrate, start
 * workers) idempotently, and waits for the next change. It keeps nothing that a restarted driver could not see again.
 */
export async function driveJob(drive: Drive): Promise<DriveEnd> {
  const driver = new Driver(drive);
  drive.desk.services.fault("drive.started");
  return driver.run();
}

class Driver {
  readonly #desk: JobDesk;
  readonly #job: Job;
  readonly #workers: WorkerPool;
  readonly #signal: AbortSignal;
  readonly #queue: MergeQueue;
  readonly #started = new Set<RunId>();
  readonly #guard: CheckoutGuard;
  readonly #startedAt: number;
  #hasCommonCause = false;
  #merging: Promise<void> | undefined;
  #mergeFailure: unknown;
  /** Aborts when a merge has ended: its last change was seen while the next one could not start yet. */
  #mergeEnd = new AbortController();

  constructor({ desk, workers, signal }: Drive) {
    this.#desk = desk;
    this.#job = desk.job;
    this.#workers = workers;
    this.#signal = signal;
    this.#queue = new MergeQueue(desk);
    this.#guard = new CheckoutGuard(desk.services, desk.job.id);
    this.#startedAt = desk.services.now();
  }

  async run(): Promise<DriveEnd> {
    const watch = this.#desk.services.state.events.watch();
    await this.#guard.look();
    try {
      for (;;) {
        this.#signal.throwIfAborted();
        if (this.#mergeFailure !== undefined) throw TuttiError.from(this.#mergeFailure);
        const end = await this.#lookOnce();
        if (end !== undefined) return end;
        await watch.wait({ timeoutMs: lookAgainMs, signal: AbortSignal.any([this.#signal, this.#mergeEnd.signal]) });
        if (this.#mergeEnd.signal.aborted) this.#mergeEnd = new AbortController();
      }
    } finally {
      await this.#merging;
      await this.#guard.look();
    }
  }

  async #lookOnce(): Promise<DriveEnd | undefined> {
    const { state } = this.#desk.services;
    const tasks = await state.tasks.list(this.#job.id);
    if ((await failBrokenDispatches(this.#desk.services, tasks)) > 0) return undefined;
    const facts = tasks.map(factsOf);
    const blocked = blockedTasks(facts);
    if (blocked.length > 0) {
      await state.tasks.block(blocked);
      return undefined;
    }
    this.#integrate(tasks);
    const isPaused =
      (await state.pauses.isPaused(defaultAccount)) || (await isBudgetSpent(this.#desk.services, this.#job));
    const maySpend = !isPaused && !(await this.#findCommonCause());
    if (maySpend) await this.#dispatch(tasks, readyTasks(facts).ready);
    await this.#admit(maySpend ? countRunnable(tasks, facts) : 0);
    return this.#endOf(tasks, isPaused);
  }

  /** Said once; what runs already goes on. */
  async #findCommonCause(): Promise<boolean> {
    if (this.#hasCommonCause) return true;
    const { state } = this.#desk.services;
    const breaker = await findCommonCause(state, this.#job.id, this.#startedAt);
    if (breaker.state === "closed") return false;
    this.#hasCommonCause = true;
    const data = { signature: breaker.signature, tasks: breaker.taskIds };
    await state.events.append("circuit-opened", { jobId: this.#job.id }, data);
    return true;
  }

  async #dispatch(tasks: readonly Task[], ready: readonly TaskId[]): Promise<void> {
    const { state, fault } = this.#desk.services;
    const byId = new Map(tasks.map((task) => [task.id, task]));
    let room = this.#job.options.workers * queuedPerWorker - tasks.filter(isDispatched).length;
    for (const id of ready) {
      const task = byId.get(id);
      if (task?.status !== "pending" || room <= 0) continue;
      room -= 1;
      const round = await state.tasks.markReady(id);
      if (round === undefined) continue;
      fault("dispatch.marked-ready");
      await this.#start(task, round);
      fault("dispatch.started");
    }
    for (const task of tasks) if (isDispatched(task)) await this.#start(task, task.round);
  }

  /** Idempotent by the run's id: after a restart every dispatched task is simply started again. */
  async #start(task: Task, round: number): Promise<void> {
    const runId = taskRunId(task.id, round);
    if (this.#started.has(runId)) return;
    await this.#desk.services.engine.start({
      runId,
      workflow: dispatchedTask.name,
      input: { taskId: task.id, round },
      queue: taskQueue(this.#job.id),
      priority: task.priority,
    });
    this.#started.add(runId);
  }

  /** One merge at a time, beside the loop: dispatch and display don't wait for gates. */
  #integrate(tasks: readonly Task[]): void {
    if (this.#merging !== undefined || !tasks.some(({ status }) => status === "integrating")) return;
    this.#merging = this.#merge(tasks);
  }

  /** Never rejects: the loop throws what went wrong. */
  async #merge(tasks: readonly Task[]): Promise<void> {
    try {
      await this.#queue.drain(tasks, this.#signal);
      await this.#guard.look();
    } catch (error) {
      this.#mergeFailure = error;
    }
    this.#merging = undefined;
    this.#mergeEnd.abort();
  }

  async #admit(runnableTasks: number): Promise<void> {
    const { place, logger } = this.#desk.services;
    const { workers, memoryPerWorkerMb, minFreeMemoryMb } = this.#job.options;
    if (Math.min(workers, runnableTasks) <= this.#workers.size || (await this.#hasJoined())) return;
    const admission = admitWorkers({
      ...(await place.resources()),
      maxWorkers: workers,
      liveWorkers: this.#workers.size,
      runnableTasks,
      memoryPerWorkerMb,
      minFreeMemoryMb,
    });
    if (admission.heldBy !== undefined) logger.info("workers held back", { by: admission.heldBy });
    this.#workers.start(admission.start);
  }

  /** A job of a program leaves its tasks to the workers that somebody has started for all jobs, where there are any. */
  async #hasJoined(): Promise<boolean> {
    return this.#job.strategy === "manual" && (await livePool(this.#desk.services)).length > 0;
  }

  #endOf(tasks: readonly Task[], isPaused: boolean): DriveEnd | undefined {
    if (tasks.every(({ status }) => isSettled(status))) return "settled";
    if (tasks.some(({ status }) => isActive(status))) return undefined;
    if (isPaused) return "paused";
    if (this.#hasCommonCause) return "waiting";
    if (canMove(tasks)) return undefined;
    // The quota may have come back since; what waited for it goes on with the next drive, without a person's answer.
    return tasks.some(({ waitsFor }) => waitsFor === "quota") ? "paused" : "waiting";
  }
}

export const factsOf = (task: Task): TaskFacts => ({
  id: task.id,
  status: task.status,
  dependsOn: task.dependsOn,
  priority: task.priority,
  createdAt: task.position,
  expectedOutputs: task.spec.expectedOutputs,
});

const isDispatched = ({ status }: Task): boolean =>
  status === "ready" || status === "leased" || status === "running" || status === "validating";

const countRunnable = (tasks: readonly Task[], facts: readonly TaskFacts[]): number =>
  tasks.filter(({ status }) => status === "leased" || status === "running" || status === "validating").length +
  readyTasks(facts).ready.length;

/** Something may still start without a person: a ready task, or a pending one that doesn't hang on a waiting one. */
function canMove(tasks: readonly Task[]): boolean {
  const isDone = new Set(tasks.filter(({ status }) => status === "completed").map(({ id }) => id));
  return tasks.some(
    ({ status, dependsOn }) => status === "ready" || (status === "pending" && dependsOn.every((id) => isDone.has(id))),
  );
}

/** Before a drive: what waited for a quota goes on; what waits for a person stays. */
export async function wakeQuotaWaiters(desk: Pick<JobDesk, "services">, jobId: JobId): Promise<void> {
  const { tasks } = desk.services.state;
  for (const task of await tasks.list(jobId)) {
    if (task.status !== "waiting" || task.waitsFor !== "quota") continue;
    if (task.acceptedAttempt !== undefined) await tasks.move(task.id, "integrating");
    else await tasks.markReady(task.id);
  }
}
