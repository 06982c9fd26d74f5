import { asJobId, type JobId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { EngineWorker } from "../../engine/port.ts";
import { ActivityBuffer } from "../agent-turn/activity-buffer.ts";
import { AgentPool } from "./agent-pool.ts";
import { DispatchPermit, lookingBeforeNext } from "./dispatch-permit.ts";
import { pacedWatch } from "../coordinator/paced-watch.ts";
import { taskQueue } from "../queues.ts";
import { refuseWhileActive } from "../coordinator/refuse-while-active.ts";
import type { Services } from "../services.ts";
import { SlotKeeper } from "./slot-keeper.ts";
import { taskWorkflow } from "../attempt/task-workflow.ts";

/** This process as the state knows it. */
export type OwnProcess = { readonly host: string; readonly pid: number; readonly pidStart: string };

const refreshMs = 1_000;

/**
 * A worker: claims task runs of one job, one at a time, until `stop` aborts. It then interrupts its agent, gives its lease
 * back, and leaves what stands in its slot for whoever goes on.
 */
export async function runWorker(
  services: Services,
  worker: {
    readonly jobId: JobId;
    readonly own: OwnProcess;
    readonly stop: AbortSignal;
    /** It joined by itself, and leaves the job when there is nothing to do in it for so many milliseconds. */
    readonly leavesAfterMs?: number;
  },
): Promise<void> {
  const { state, engine, workerId } = services;
  const job = await state.jobs.get(worker.jobId);

  const kind = worker.leavesAfterMs === undefined ? "worker" : "joined";
  await state.fleet.workerStarted({ id: workerId, jobId: job.id, kind, ...worker.own });
  services.fault("worker.started");
  const pool = new AgentPool(services.agents);
  const activity = new ActivityBuffer(services);
  const slots = new SlotKeeper({ services, pool, job });
  const claims = new ClaimPermit(services, job);
  const workflow = taskWorkflow({ services, pool, activity, slots, job });
  engine.register(
    lookingBeforeNext(workflow, { onFailure: () => claims.noteFailure(), look: () => claims.lookOrWithdraw() }),
  );
  await claims.look();
  const working = engine.work({
    workerId,
    queues: [taskQueue(asJobId(job.id))],
    concurrency: 1,
    leaseMs: job.options.leaseMs,
    mayClaim: () => claims.isGiven,
  });
  try {
    if (worker.leavesAfterMs === undefined) await claims.watch(worker.stop, working);
    else await claims.watchUntilIdle({ stop: worker.stop, idleMs: worker.leavesAfterMs, working });
  } finally {
    await working.stop({ drain: false });
    await pool.close();
    await activity.flush();
    refuseWhileActive(working, workerId);
    await slots.releaseAll();
    await state.fleet.workerStopped(workerId, "stopped");
  }
}

/** Whether this worker may claim, as last looked at: not while anything holds the job's work back. */
class ClaimPermit {
  isGiven = false;
  #looks = 0;
  readonly #services: Services;
  readonly #job: Job;
  readonly #permit: DispatchPermit;

  constructor(services: Services, job: Job) {
    this.#services = services;
    this.#job = job;
    this.#permit = new DispatchPermit(services, job);
  }

  /** While it is busy it need not know: it looks before it can claim again. */
  async watch(stop: AbortSignal, working: Pick<EngineWorker, "active">): Promise<void> {
    const changes = pacedWatch(this.#services.state.events.watch());
    while (!stop.aborted) {
      if (working.active.size === 0) await this.look();
      await changes.wait({ timeoutMs: refreshMs, signal: stop });
    }
  }

  /** Until the job stands still, or nothing in it has waited for a worker for a while. */
  async watchUntilIdle(until: {
    readonly stop: AbortSignal;
    readonly idleMs: number;
    readonly working: Pick<EngineWorker, "active">;
  }): Promise<void> {
    const { state, now } = this.#services;
    const changes = pacedWatch(state.events.watch());
    for (let busyAt = now(); !until.stop.aborted && now() - busyAt < until.idleMs;) {
      await this.look();
      if ((await state.jobs.get(this.#job.id)).status !== "running") return;
      const mayClaim = this.isGiven && (await state.tasks.waiting(this.#job.id)).count > 0;
      const isBusy = mayClaim || until.working.active.size > 0;
      if (isBusy) busyAt = now();
      await changes.wait({ timeoutMs: Math.min(refreshMs, until.idleMs), signal: until.stop });
    }
  }

  /** Looks overlap: one that began before a failure was noted must not give what a later one has withdrawn. */
  async look(): Promise<void> {
    const look = (this.#looks += 1);
    const isGiven = await this.#permit.isGiven();
    if (!isGiven || look === this.#looks) this.isGiven = isGiven;
  }

  async lookOrWithdraw(): Promise<void> {
    try {
      await this.look();
    } catch (thrown) {
      this.isGiven = false;
      this.#services.logger.warn("what holds work back is not known", { error: String(thrown) });
    }
  }

  noteFailure(): Promise<void> {
    return this.#permit.noteFailure();
  }
}
