import { TuttiError } from "../../domain/errors.ts";
import type { JobId, RunId, TaskId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { HeldBackTask } from "../../domain/schedule/write-claims.ts";
import { isActive, isSettled, taskStatuses } from "../../domain/task-status.ts";
import type { ScheduledTask } from "../../state/tasks/task-feed.ts";
import type { JobDesk } from "../desk.ts";
import { failBrokenDispatches } from "./broken-dispatches.ts";
import { CheckoutGuard } from "./checkout-guard.ts";
import { JobBoard } from "./job-board.ts";
import { hasCommonCause } from "./common-cause.ts";
import { pacedWatch } from "./paced-watch.ts";
import { Governor } from "../workers/governor.ts";
import { MergeQueue } from "../integration/merge-queue.ts";
import { taskQueue, taskRunId } from "../queues.ts";
import { defaultAccount } from "../services.ts";
import { isBudgetSpent } from "../budget/spending.ts";
import { dispatchedTask } from "../attempt/task-workflow.ts";
import { areUnattended } from "./unattended-tasks.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import { BesideQuestions, type TimerWait } from "../workflows/beside-questions.ts";
import type { WorkflowBody } from "../workflows/workflow-body.ts";

/** Why a drive ended. `settled`: nothing is left to do. */
export type DriveEnd = "settled" | "paused" | "waiting";

const lookAgainMs = 1_000;
/** Enough that no worker waits for the loop, and no more: what isn't dispatched yet can still be held back. */
const queuedPerWorker = 2;

export type Drive = {
  readonly desk: JobDesk;
  readonly workers: WorkerPool;
  readonly signal: AbortSignal;
  /** Of the workflow that adds the job's tasks. */
  readonly body?: Pick<WorkflowBody, "standing" | "wakesAt" | "letGoOfOldTasks"> | undefined;
  readonly timers?: TimerWait | undefined;
};

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
  readonly #governor: Governor;
  readonly #heldBackBy = new Map<TaskId, TaskId>();
  readonly #body: Drive["body"];
  readonly #beside: BesideQuestions;
  #merging: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #failure: unknown;
  /** Aborts when a merge has ended: its last change was seen while the next one could not start yet. */
  #mergeEnd = new AbortController();

  constructor({ desk, workers, signal, body, timers }: Drive) {
    this.#body = body;
    this.#beside = new BesideQuestions(desk.services, body, timers);
    this.#desk = desk;
    this.#job = desk.job;
    this.#workers = workers;
    this.#signal = signal;
    this.#queue = new MergeQueue(desk);
    this.#guard = new CheckoutGuard(desk.services, desk.job.id);
    this.#governor = new Governor(desk.services, desk.job);
  }

  async run(): Promise<DriveEnd> {
    const { state } = this.#desk.services;
    const watch = pacedWatch(state.events.watch());
    const [board] = await Promise.all([JobBoard.open(state, this.#job), this.#guard.look()]);
    let wakeUp = AbortSignal.any([this.#signal, this.#mergeEnd.signal]);
    try {
      for (;;) {
        this.#signal.throwIfAborted();
        if (this.#failure !== undefined) throw TuttiError.from(this.#failure);
        const end = await this.#lookOnce(board);
        if (end !== undefined) return end;
        await watch.wait({ timeoutMs: lookAgainMs, signal: wakeUp });
        if (!this.#mergeEnd.signal.aborted) continue;
        this.#mergeEnd = new AbortController();
        wakeUp = AbortSignal.any([this.#signal, this.#mergeEnd.signal]);
      }
    } finally {
      await this.#merging;
      await this.#looking;
      await this.#guard.look();
    }
  }

  async #lookOnce(board: JobBoard): Promise<DriveEnd | undefined> {
    const { state } = this.#desk.services;
    const isSorted = (await this.#body?.letGoOfOldTasks()) ?? true;
    await board.refresh();
    const { schedule } = board;
    const dispatched = board.tasks(schedule.withStatus(...dispatchedStatuses));
    if ((await failBrokenDispatches(this.#desk.services, dispatched)) > 0) return undefined;
    const { blocked } = schedule;
    if (blocked.length > 0) {
      await state.tasks.block(blocked);
      return undefined;
    }
    this.#integrate(schedule.withStatus("integrating"));
    const isPaused =
      (await state.pauses.isPaused(defaultAccount)) || (await isBudgetSpent(this.#desk.services, this.#job));
    const isBroken = await hasCommonCause(state, this.#job.id);
    if (isPaused || isBroken || !isSorted) await this.#admit(0);
    else await this.#admit(dispatched.length + (await this.#dispatch(board, dispatched)));
    return this.#endOf(board, { isPaused, isBroken });
  }

  /** @returns how many could start, were there workers enough: more than there may be workers are not counted */
  async #dispatch(board: JobBoard, dispatched: readonly ScheduledTask[]): Promise<number> {
    const { state, fault } = this.#desk.services;
    const { workers } = this.#job.options;
    const room = Math.max(0, workers * queuedPerWorker - dispatched.length);
    const { ready, heldBack } = board.schedule.next(Math.max(room, workers));
    for (const task of board.tasks(ready.slice(0, room))) {
      const round = await state.tasks.markReady(task.id);
      if (round === undefined) continue;
      fault("dispatch.marked-ready");
      await this.#start(task, round);
      fault("dispatch.started");
    }
    for (const task of dispatched) await this.#start(task, task.round);
    if (room > 0) await this.#sayHeldBack(heldBack);
    return ready.length;
  }

  /** Once for each task and whom it waits for. Of many, the few that would be next. That a batch goes in turn is no news. */
  async #sayHeldBack(heldBack: readonly HeldBackTask[]): Promise<void> {
    const { events } = this.#desk.services.state;
    for (const held of heldBack.slice(0, this.#job.options.workers * queuedPerWorker)) {
      const { id, by } = held;
      if (this.#heldBackBy.get(id) === by || !("path" in held)) continue;
      this.#heldBackBy.set(id, by);
      await events.append("task-held-back", { jobId: this.#job.id, taskId: id }, { path: held.path, by });
    }
  }

  /** Idempotent by the run's id: after a restart every dispatched task is simply started again. */
  async #start({ id, priority }: ScheduledTask, round: number): Promise<void> {
    const runId = taskRunId(id, round);
    if (this.#started.has(runId)) return;
    await this.#desk.services.engine.start({
      runId,
      workflow: dispatchedTask.name,
      input: { taskId: id, round },
      queue: taskQueue(this.#job.id),
      priority,
    });
    this.#started.add(runId);
  }

  /** One merge at a time, beside the loop: dispatch and display don't wait for gates. */
  #integrate(accepted: readonly TaskId[]): void {
    if (this.#merging !== undefined || accepted.length === 0) return;
    this.#merging = this.#merge(accepted);
  }

  /** Never rejects: the loop throws what went wrong. */
  async #merge(accepted: readonly TaskId[]): Promise<void> {
    try {
      await this.#queue.drain(accepted, this.#signal);
    } catch (error) {
      this.#failure = error;
    }
    this.#merging = undefined;
    this.#mergeEnd.abort();
    this.#looking ??= this.#lookAtCheckout();
  }

  /** Never rejects either. Beside the next merge, which has nothing to wait for. */
  async #lookAtCheckout(): Promise<void> {
    try {
      await this.#guard.lookNowAndThen();
    } catch (error) {
      this.#failure ??= error;
      this.#mergeEnd.abort();
    }
    this.#looking = undefined;
  }

  async #admit(runnableTasks: number): Promise<void> {
    const start = await this.#governor.admit(this.#workers.size, runnableTasks);
    if (start > 0) this.#workers.start(start);
  }

  /** There is nothing to do but what a workflow may still come up with; one that waits for a time or a signal is waited for. */
  async #endWithoutTasks(): Promise<DriveEnd | undefined> {
    const standing = (await this.#body?.standing()) ?? "ended";
    if (standing === "ended") return "settled";
    return standing === "asks" ? this.#endAtQuestion() : undefined;
  }

  async #endAtQuestion(): Promise<DriveEnd | undefined> {
    return (await this.#beside.goesOn()) ? undefined : "waiting";
  }

  /** The workers that had them are gone, and nothing is being merged. */
  async #areLeft(active: readonly ScheduledTask[]): Promise<boolean> {
    const isMerging = active.some(({ status }) => status === "integrating");
    return !isMerging && (await areUnattended(this.#desk.services, active));
  }

  async #endOf(board: JobBoard, { isPaused, isBroken }: Held): Promise<DriveEnd | undefined> {
    const { schedule } = board;
    if (schedule.count(...settledStatuses) === schedule.size) return this.#endWithoutTasks();
    const active = board.tasks(schedule.withStatus(...activeStatuses));
    const isHeld = isPaused || isBroken;
    if (active.length > 0 && !(isHeld && (await this.#areLeft(active)))) return undefined;
    // It may add tasks, or do something that no task stands for.
    if ((await this.#body?.standing()) === "working") return undefined;
    if (isPaused) return "paused";
    if (isBroken) return "waiting";
    // Something may still start without a person.
    if (schedule.count("ready") > 0 || schedule.hasStartable) return undefined;
    // The quota may have come back since; what waited for it goes on with the next drive, without a person's answer.
    const waiting = board.tasks(schedule.withStatus("waiting"));
    return waiting.some(({ waitsFor }) => waitsFor === "quota") ? "paused" : this.#endAtQuestion();
  }
}

/** What keeps new work from beginning; what runs already goes on. */
type Held = {
  readonly isPaused: boolean;
  /** Failures have a common cause. */
  readonly isBroken: boolean;
};

const dispatchedStatuses = ["ready", "leased", "running", "validating"] as const;
const activeStatuses = taskStatuses.filter(isActive);
const settledStatuses = taskStatuses.filter(isSettled);

/** Before a drive: what waited for a quota goes on; what waits for a person stays. */
export async function wakeQuotaWaiters(desk: Pick<JobDesk, "services">, jobId: JobId): Promise<void> {
  const { tasks } = desk.services.state;
  for (const task of await tasks.list(jobId)) {
    if (task.status !== "waiting" || task.waitsFor !== "quota") continue;
    if (task.acceptedAttempt !== undefined) await tasks.move(task.id, "integrating");
    else await tasks.markReady(task.id);
  }
}
