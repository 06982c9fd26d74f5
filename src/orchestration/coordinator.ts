import { TuttiError } from "../domain/errors.ts";
import type { JobId, RunId } from "../domain/ids.ts";
import { isJobOver, type JobStatus } from "../domain/job-status.ts";
import type { Job } from "../domain/model.ts";
import { pausedByPerson } from "../state/jobs.ts";
import { ActivityBuffer } from "./activity-buffer.ts";
import { AgentPool } from "./agent-pool.ts";
import { jobWorkflow, jobWorkflowName, type DriveDesk } from "./job-workflow.ts";
import type { JobDesk } from "./desk.ts";
import { jobQueue, jobRunId, planDecisionSignal } from "./queues.ts";
import { recoverJob } from "./recovery.ts";
import { defaultAccount, type Services } from "./services.ts";
import { SlotKeeper } from "./slot-keeper.ts";
import { dispatchedTask } from "./task-workflow.ts";
import { WorkerPool, type SpawnWorker } from "./worker-pool.ts";
import type { OwnProcess } from "./worker.ts";

export type Coordination = {
  readonly services: Services;
  readonly jobId: JobId;
  readonly own: OwnProcess;
  readonly spawn: SpawnWorker;
  /** A plan needs no further yes. */
  readonly isApproved: boolean;
  /** First abort: stop cleanly. What stands in slots stays, sessions can be resumed. */
  readonly stop: AbortSignal;
  /** Second: kill what doesn't stop by itself. */
  readonly stopNow: AbortSignal;
  /** A person asks to try again on an account whose quota had ended. */
  readonly liftsPause: boolean;
  /** Return at `proposed` instead of waiting for the answer. */
  readonly returnsWhenProposed: boolean;
};

const workerGraceMs = 10_000;
const lookAgainMs = 1_000;

/**
 * Drives one job until it is over or nothing can progress. There is one coordinator a job, by a lease in the state.
 * @returns the job's status then; `interrupted` when `stop` came first
 * @throws {TuttiError} `JOB_BUSY` when another coordinator has the job
 */
export async function coordinate(coordination: Coordination): Promise<JobStatus> {
  const { services, jobId, own } = coordination;
  // Known before it holds the job, so that whoever comes after its death can see that it is dead.
  await services.state.fleet.workerStarted({ id: services.workerId, jobId, kind: "coordinator", ...own });
  try {
    await becomeCoordinator(coordination);
    return await hold(coordination);
  } finally {
    await services.state.fleet.workerStopped(services.workerId, "stopped");
    await services.state.jobs.releaseCoordinator(jobId, services.workerId);
  }
}

/** Takes the job; from a holder that is dead on this machine at once, otherwise only when its lease has ended. */
async function becomeCoordinator({ services, jobId, own }: Coordination): Promise<void> {
  const { state, place, workerId } = services;
  const { leaseMs } = (await state.jobs.get(jobId)).options;
  const claim = { workerId, leaseMs };
  const refused = await state.jobs.acquireCoordinator(jobId, claim);
  if (refused === undefined) return;
  const holder = (await state.fleet.liveWorkers(jobId)).find(({ id }) => id === refused.heldBy);
  // Every holder is known while it is at work: one that isn't has stopped, and only its lease is left.
  const isGone =
    holder === undefined ||
    (holder.host === own.host && !(await place.isAlive({ pid: holder.pid, startTime: holder.pidStart })));
  if (isGone) {
    await state.jobs.releaseCoordinator(jobId, refused.heldBy);
    if ((await state.jobs.acquireCoordinator(jobId, claim)) === undefined) return;
  }
  throw new TuttiError("JOB_BUSY", `Another coordinator is already on job ${jobId}`, {
    hint: holder === undefined ? "Wait for it to end" : `Watch it, or stop process ${holder.pid} on ${holder.host}`,
    context: { job: jobId, holder: refused.heldBy },
  });
}

type Drive = Coordination & { readonly lost: AbortSignal };

/** Renews the lease while it drives the job; who slept past its end and finds another coordinator leaves the job to it. */
async function hold(coordination: Coordination): Promise<JobStatus> {
  const { services, jobId, own } = coordination;
  const { leaseMs } = (await services.state.jobs.get(jobId)).options;
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const refused = await services.state.jobs.acquireCoordinator(jobId, { workerId: services.workerId, leaseMs });
    if (refused !== undefined) lost.abort(jobTakenOver(jobId, refused.heldBy));
  };
  const onError = (error: unknown): void =>
    services.logger.warn("the coordinator's lease was not renewed", { error: String(error) });
  const timer = setInterval(() => void renew().catch(onError), leaseMs / 3);
  try {
    await recoverJob(services, jobId, own);
    services.fault("coordinator.started");
    return await drive({ ...coordination, lost: lost.signal });
  } finally {
    clearInterval(timer);
  }
}

const jobTakenOver = (jobId: JobId, holder: string): TuttiError =>
  new TuttiError("JOB_BUSY", `Another coordinator has taken job ${jobId} over`, {
    hint: "This process did not renew its lease in time: was the machine asleep?",
    context: { job: jobId, holder },
  });

async function drive(coordination: Drive): Promise<JobStatus> {
  const { services, jobId } = coordination;
  const job = await services.state.jobs.get(jobId);
  const pool = new AgentPool(services.agents);
  const activity = new ActivityBuffer(services.state, (error) =>
    services.logger.warn("activity was not written", { error: String(error) }),
  );
  const workers = new WorkerPool(services, jobId, coordination.spawn);
  const slots = new SlotKeeper({ services, pool, job });
  const deskFor = (current: Job): JobDesk => ({ services, pool, activity, slots, job: current });
  const desk: DriveDesk = { services, pool, activity, workers, deskFor };
  services.engine.register(jobWorkflow(desk));
  services.engine.register(dispatchedTask);
  const runId = await startDrive(coordination, job);
  const working = services.engine.work({
    workerId: services.workerId,
    queues: [jobQueue(jobId)],
    concurrency: 1,
    leaseMs: job.options.leaseMs,
  });
  coordination.stopNow.addEventListener("abort", () => workers.kill(), { once: true });
  let end: JobStatus | "stopped" | "held";
  try {
    end = await untilEnd(coordination, runId);
  } finally {
    await Promise.all([working.stop({ drain: false }), workers.stop(coordination.stopNow.aborted ? 0 : workerGraceMs)]);
    await slots.releaseHeld();
    await pool.close();
    await activity.flush();
  }
  if (end === "held") return markStopped(services, runId, { jobId, status: "paused", reason: pausedByPerson });
  if (end === "stopped") {
    return markStopped(services, runId, { jobId, status: "interrupted", reason: "stopped by a person" });
  }
  return end;
}

/** Written when nothing of the drive runs any more, so that none of its steps can write over it. */
async function markStopped(
  { state, engine }: Services,
  runId: RunId,
  { jobId, ...to }: { readonly jobId: JobId; readonly status: JobStatus; readonly reason: string },
): Promise<JobStatus> {
  const [run, { status }] = [await engine.find(runId), await state.jobs.get(jobId)];
  // It came to its end while it was being stopped.
  if (run?.status === "completed" || isJobOver(status)) return status;
  await state.jobs.setStatus(jobId, to.status, to.reason);
  return to.status;
}

/** Goes on with the drive that was cut short; after one that has ended, starts the next. */
async function startDrive({ services, jobId, isApproved, liftsPause }: Coordination, job: Job): Promise<RunId> {
  const { state, engine } = services;
  const last = await engine.find(jobRunId(jobId, job.round));
  const hasEnded = last !== undefined && ["completed", "failed", "cancelled"].includes(last.status);
  const round = hasEnded ? await state.jobs.nextRound(jobId) : job.round;
  await state.jobs.withdrawPause(jobId);
  // A quota that is still out will say so by itself.
  if (liftsPause) await state.pauses.resume(defaultAccount);
  const isAccepted = (await state.tasks.list(jobId)).length > 0;
  if (job.status === "interrupted" || job.status === "paused" || job.status === "waiting") {
    await state.jobs.setStatus(jobId, isAccepted ? "running" : statusBeforeTasks(job), "resumed");
  }
  const runId = jobRunId(jobId, round);
  await engine.start({ runId, workflow: jobWorkflowName, input: { jobId, isApproved }, queue: jobQueue(jobId) });
  if (isApproved && !isAccepted) {
    await engine.signal(runId, { name: planDecisionSignal, key: "first", payload: "approved" });
  }
  return runId;
}

/** A plan that was shown and not answered is asked about again. */
const statusBeforeTasks = (job: Job): JobStatus => (job.plan === undefined ? "planning" : "proposed");

async function untilEnd(coordination: Drive, runId: RunId): Promise<JobStatus | "stopped" | "held"> {
  const { services, jobId, stop, lost, isApproved, returnsWhenProposed } = coordination;
  const { state, engine } = services;
  const watch = state.events.watch();
  const either = AbortSignal.any([stop, lost]);
  for (;;) {
    lost.throwIfAborted();
    const [run, job] = [await engine.find(runId), await state.jobs.get(jobId)];
    if (run?.status === "failed") return failJob(services, jobId, run.error?.message ?? "the drive failed");
    if (run?.status === "completed" || isJobOver(job.status)) return job.status;
    if (job.status === "proposed" && returnsWhenProposed && !isApproved) return job.status;
    if (job.isPauseRequested) return "held";
    if (stop.aborted) return "stopped";
    await watch.wait({ timeoutMs: lookAgainMs, signal: either });
  }
}

async function failJob(services: Services, jobId: JobId, reason: string): Promise<JobStatus> {
  await services.state.jobs.setStatus(jobId, "failed", services.redact(reason));
  return "failed";
}
