import type { JobId, RunId } from "../../domain/ids.ts";
import { isJobOver, type JobStatus } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import type { ResumeRules } from "../../domain/quota/resume-time.ts";
import type { JobSettings } from "../../domain/settings.ts";
import { pausedByPerson } from "../../state/jobs/jobs.ts";
import { ActivityBuffer } from "../agent-turn/activity-buffer.ts";
import { AgentPool } from "../workers/agent-pool.ts";
import { jobWorkflow, jobWorkflowName, type DriveDesk } from "./job-workflow.ts";
import type { JobDesk } from "../desk.ts";
import { pruneInPassing } from "../checkpoints/prune-checkpoints.ts";
import { finishRollback } from "../checkpoints/roll-back.ts";
import { checkPrices } from "../budget/caps.ts";
import { driveOverResets } from "./drive-over-resets.ts";
import { holdJob } from "./hold-job.ts";
import { pacedWatch } from "./paced-watch.ts";
import { jobQueue, jobRunId, planDecisionSignal } from "../queues.ts";
import { defaultAccount, type Services } from "../services.ts";
import { recoverJoined } from "./recovery.ts";
import { endIfPlanRefused, handPlanAnswerOn } from "../breakpoints/resolve-breakpoint.ts";
import { refuseWhileActive } from "./refuse-while-active.ts";
import { whileBackingUp } from "../restored/backing-up.ts";
import { SlotKeeper } from "../workers/slot-keeper.ts";
import { dispatchedTask } from "../attempt/task-workflow.ts";
import { WorkerPool, type SpawnWorker } from "../workers/worker-pool.ts";
import type { TimerWait } from "../workflows/beside-questions.ts";
import { handWorkflowAnswersOn } from "../workflows/ask-person.ts";
import { takeUpWorkflow } from "../workflows/take-up-workflow.ts";
import type { OwnProcess } from "../workers/worker.ts";

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
  /** Wait for the reset of a quota and go on then. `undefined`: return when the job is paused. */
  readonly resumesAtReset?: ResumeRules | undefined;
  /** Whether a timer of its workflow is waited for beside an open question. Absent: return at the question. */
  readonly timers?: TimerWait | undefined;
  /** Return at `proposed` instead of waiting for the answer. */
  readonly returnsWhenProposed: boolean;
  /** A workflow's body begins anew, with its code as it is now. Default: it goes on where it stands. */
  readonly beginsAnew?: boolean;
  /** What only the job's one coordinator may do before it drives. What it throws is thrown, and nothing is driven. */
  readonly prepare?: () => Promise<void>;
};

const workerGraceMs = 10_000;
const lookAgainMs = 1_000;

type Drive = Coordination & { readonly lost: AbortSignal };

/**
 * Drives one job until it is over or nothing can progress. There is one coordinator a job, by a lease in the state.
 * @returns the job's status then; `interrupted` when `stop` came first
 * @throws {TuttiError} `JOB_BUSY` when another coordinator has the job
 * @throws {TuttiError} `MODEL_UNPRICED` under a limit that could not hold
 * @throws {TuttiError} `WORKFLOW_CHANGED`, `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID` when its workflow can't go on
 * @throws {TuttiError} `PROCESS_FAILED` when a step goes on after all was stopped: its slot and the job stay this process's then
 * @throws what `prepare` throws
 */
export async function coordinate(coordination: Coordination): Promise<JobStatus> {
  const { services, jobId } = coordination;
  const { jobs } = services.state;
  checkPrices(services, (await jobs.get(jobId)).options);
  // Whoever goes on with a job withdraws this one. A later one is meant for the drive that begins now.
  const pause = await jobs.pauseRequest(jobId);
  return holdJob(coordination, async (lost) => {
    const wentBack = await finishRollback(services, jobId);
    await coordination.prepare?.();
    if (pause !== undefined) await jobs.withdrawPause(jobId, pause);
    const { status, options } = await services.state.jobs.get(jobId);
    if (wentBack !== undefined && isJobOver(status)) return status;
    if (await endIfPlanRefused(services, jobId)) return "cancelled";
    await pruneWhatIsOld(services, options);
    // Once: a drive that goes on after a reset, or with more tasks, goes on with that body.
    if (coordination.beginsAnew === true) {
      await takeUpWorkflow(services, await services.state.jobs.get(jobId), { beginsAnew: true });
    }
    return whileBackingUp(services, () =>
      driveOverResets({ ...coordination, lost }, (isAgain) =>
        driveWhileRunning({ ...coordination, lost, liftsPause: isAgain || coordination.liftsPause }),
      ),
    );
  });
}

/** Of all jobs: those that are over make no checkpoints any more, and theirs grow old all the same. How many each has is its own affair. */
async function pruneWhatIsOld(services: Services, { checkpoints }: JobSettings): Promise<void> {
  if (checkpoints === undefined) return;
  await pruneInPassing(services, { rules: { ...checkpoints, keep: Number.MAX_SAFE_INTEGER } });
}

/** Tasks may be added in the moment in which a drive ends: then there is another one. */
async function driveWhileRunning(coordination: Drive): Promise<JobStatus> {
  for (;;) {
    const status = await drive(coordination);
    if (status !== "running") return status;
  }
}

async function drive(coordination: Drive): Promise<JobStatus> {
  const { services, jobId } = coordination;
  const job = await services.state.jobs.get(jobId);
  await takeUpWorkflow(services, job, { beginsAnew: false });
  const pool = new AgentPool(services.agents);
  const activity = new ActivityBuffer(services);
  const workers = new WorkerPool(services, jobId, coordination.spawn);
  const slots = new SlotKeeper({ services, pool, job });
  const deskFor = (current: Job): JobDesk => ({ services, pool, activity, slots, job: current });
  const { timers } = coordination;
  const desk: DriveDesk = { services, pool, activity, workers, deskFor, timers };
  services.engine.register(jobWorkflow(desk));
  services.engine.register(dispatchedTask);
  const runId = await startDrive(coordination, job);
  const working = services.engine.work({
    workerId: services.workerId,
    queues: [jobQueue(jobId)],
    concurrency: 1,
    leaseMs: job.options.leaseMs,
  });
  const { stopNow } = coordination;
  const killWorkers = (): void => workers.kill();
  stopNow.addEventListener("abort", killWorkers);
  let end: JobStatus | "stopped" | "held";
  try {
    end = await untilEnd(coordination, runId);
  } finally {
    const ownEnd = working.stop({ drain: false }).then(() => pool.close());
    await Promise.all([ownEnd, workers.stop(stopNow.aborted ? 0 : workerGraceMs)]);
    // A process that drives many jobs, one after another, must not keep them all.
    stopNow.removeEventListener("abort", killWorkers);
    await activity.flush();
    refuseWhileActive(working, services.workerId);
    await slots.releaseAll();
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
  await state.holds.beginCircuit(jobId);
  // A quota that is still out will say so by itself.
  if (liftsPause) await state.pauses.resume(defaultAccount);
  const isAccepted = (await state.tasks.countByStatus(jobId)).size > 0;
  if (job.status === "interrupted" || job.status === "paused" || job.status === "waiting") {
    await state.jobs.setStatus(jobId, isAccepted ? "running" : statusBeforeTasks(job), "resumed");
  }
  const runId = jobRunId(jobId, round);
  await engine.start({ runId, workflow: jobWorkflowName, input: { jobId, isApproved }, queue: jobQueue(jobId) });
  if (isApproved && !isAccepted) {
    await engine.signal(runId, { name: planDecisionSignal, key: "first", payload: "approved" });
  }
  await handPlanAnswerOn(services, jobId);
  return runId;
}

/** A plan that was shown and not answered is asked about again. */
const statusBeforeTasks = (job: Job): JobStatus => (job.plan === undefined ? "planning" : "proposed");

async function untilEnd(coordination: Drive, runId: RunId): Promise<JobStatus | "stopped" | "held"> {
  const { services, jobId, stop, lost, isApproved, returnsWhenProposed } = coordination;
  const { state, engine } = services;
  const watch = pacedWatch(state.events.watch());
  const either = AbortSignal.any([stop, lost]);
  for (let lookedAt = -Infinity; ;) {
    lost.throwIfAborted();
    if (performance.now() - lookedAt >= lookAgainMs) {
      lookedAt = performance.now();
      await recoverJoined(services, jobId, coordination.own);
      await state.breakpoints.expireDue();
      // Whoever answered, or saw that the time was up, may be another process, and may have died before it handed that on.
      if ((await state.jobs.get(jobId)).status === "proposed") await handPlanAnswerOn(services, jobId);
      await handWorkflowAnswersOn(services, jobId);
    }
    const [run, job] = [await engine.find(runId), await state.jobs.get(jobId)];
    if (run?.status === "failed") return failJob(services, jobId, run.error?.message ?? "the drive failed");
    if (run?.status === "completed" || isJobOver(job.status)) return job.status;
    if (returnsWhenProposed && !isApproved && (await isUnanswered(services, job))) return job.status;
    if (job.isPauseRequested) return "held";
    if (stop.aborted) return "stopped";
    await watch.wait({ timeoutMs: lookAgainMs, signal: either });
  }
}

async function isUnanswered({ state }: Services, { id, status }: Job): Promise<boolean> {
  return status === "proposed" && (await state.breakpoints.ofPlan(id))?.answer === undefined;
}

async function failJob(services: Services, jobId: JobId, reason: string): Promise<JobStatus> {
  await services.state.jobs.setStatus(jobId, "failed", services.redact(reason));
  return "failed";
}
