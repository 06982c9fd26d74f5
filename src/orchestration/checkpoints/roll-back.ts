import { setTimeout as delay } from "node:timers/promises";

import type { Rollback, RollbackRequest, RollbackResult } from "../../domain/checkpoint/checkpoint.ts";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { asWorkerId, type JobId } from "../../domain/ids.ts";
import { holdJob } from "../coordinator/hold-job.ts";
import { isDriven } from "../coordinator/is-driven.ts";
import { rollbackQueue, rollbackRunId } from "../queues.ts";
import { redactError } from "../agent-turn/redact-agent.ts";
import { backUp } from "../restored/backing-up.ts";
import { refuseWhileActive } from "../coordinator/refuse-while-active.ts";
import type { Services } from "../services.ts";
import type { OwnProcess } from "../workers/worker.ts";
import type { JobCheckpoint } from "./find-checkpoint.ts";
import { newCheckpointId } from "./make-checkpoint.ts";
import { planRollback } from "./plan-rollback.ts";
import { putBack } from "./put-back.ts";
import { rollbackWorkflow, rollbackWorkflowName } from "./rollback-workflow.ts";

export type RollbackOrder = {
  readonly checkpoint: JobCheckpoint;
  readonly request: RollbackRequest;
  /** How long a coordinator that is asked to stand still may take. Default 60,000. */
  readonly waitMs?: number;
};

/**
 * Takes a job back to a checkpoint. A living coordinator is asked to stand still first. One that was cut short is carried to its
 * end before; when it was the same, that is all.
 * @throws {TuttiError} `JOB_BUSY`, `TASK_UNKNOWN`, `INPUT_INVALID`, `CONFLICT`; then nothing has changed
 */
export async function rollBack(services: Services, own: OwnProcess, order: RollbackOrder): Promise<RollbackResult> {
  const { checkpoint, request, waitMs = 60_000 } = order;
  const { jobId } = checkpoint;
  await planRollback(services, checkpoint, request);
  await haveStandStill(services, jobId, waitMs);
  const id = newCheckpointId();
  // A process may hold a job more than once, and each time it is somebody else.
  const holder = { ...services, workerId: asWorkerId(`${services.workerId}-${id}`) };
  return holdJob({ services: holder, jobId, own }, async () => {
    const cutShort = await services.state.rollbacks.pending(jobId);
    const finished = cutShort === undefined ? undefined : await carryOut(holder, cutShort);
    if (finished !== undefined && isSame(cutShort, order)) return finished;
    const rollback = { id, jobId, checkpointId: checkpoint.id, request };
    await services.state.rollbacks.begin(rollback);
    services.fault("rollback.begun");
    return carryOut(holder, { ...rollback, status: "pending", result: undefined });
  });
}

/** For whoever holds the job: nothing else may happen in it before a rollback that was cut short has come to its end. */
export async function finishRollback(services: Services, jobId: JobId): Promise<RollbackResult | undefined> {
  const pending = await services.state.rollbacks.pending(jobId);
  return pending && carryOut(services, pending);
}

const isSame = (rollback: Rollback | undefined, { checkpoint, request }: RollbackOrder): boolean =>
  rollback?.checkpointId === checkpoint.id && JSON.stringify(rollback.request) === JSON.stringify(request);

async function carryOut(services: Services, rollback: Rollback): Promise<RollbackResult> {
  const { state, engine, workerId } = services;
  const { id, jobId } = rollback;
  const { leaseMs } = (await state.jobs.get(jobId)).options;
  const runId = rollbackRunId(jobId, id);
  engine.register(rollbackWorkflow(services));
  const input = { rollbackId: id, jobId };
  await engine.start({ runId, workflow: rollbackWorkflowName, input, queue: rollbackQueue(jobId) });
  const working = engine.work({ workerId, queues: [rollbackQueue(jobId)], concurrency: 1, leaseMs });
  try {
    await engine.result(runId);
    const { result } = await state.rollbacks.get(id);
    if (result === undefined) throw new Error(`rollback ${id} has ended without a result`);
    await state.rollbacks.finish(id);
    // A backup of before would take for completed what git has no more.
    await backUp(services);
    return result;
  } catch (thrown) {
    const error = TuttiError.from(thrown);
    const run = await engine.find(runId);
    // Whatever else ended our waiting: it goes on where it stands.
    if (run?.status === "failed") await endFailed(services, rollback, error);
    throw error;
  } finally {
    await working.stop({ drain: false });
    refuseWhileActive(working, workerId);
  }
}

/** What has gone back has gone back, also where clearing up after it failed; otherwise nothing has. */
async function endFailed(services: Services, rollback: Rollback, error: TuttiError): Promise<void> {
  const { id, jobId } = rollback;
  const { rollbacks } = services.state;
  if (!(await putBack(services, rollback, rollbackRunId(jobId, id)))) return rollbacks.finish(id);
  const lease = { id, jobId, holder: services.workerId };
  await rollbacks.fail(lease, redactError(errorToJson(error), services));
}

const pollMs = 100;

/** @throws {TuttiError} `JOB_BUSY` when it goes on all the same */
async function haveStandStill(services: Services, jobId: JobId, waitMs: number): Promise<void> {
  const { jobs } = services.state;
  if (!(await isAtWork(services, jobId))) return;
  await jobs.requestPause(jobId);
  // Not by the time of day, which somebody may set meanwhile.
  const deadline = performance.now() + waitMs;
  while (await isAtWork(services, jobId)) {
    if (performance.now() >= deadline) {
      await jobs.withdrawPause(jobId);
      throw new TuttiError("JOB_BUSY", `Job ${jobId} is being carried out and does not stand still`, {
        hint: "Stop its coordinator with Ctrl-C, then try again",
        context: { job: jobId, waitMs },
      });
    }
    await delay(pollMs);
  }
}

/** A coordinator drives it, or a worker that joined by itself has one of its slots. */
async function isAtWork(services: Services, jobId: JobId): Promise<boolean> {
  if (await isDriven(services, jobId)) return true;
  const { fleet } = services.state;
  const holders = new Set((await fleet.slots(jobId)).map(({ workerId }) => workerId));
  const joined = (await fleet.liveWorkers(jobId)).filter(({ id, kind }) => kind === "joined" && holders.has(id));
  const alive = await Promise.all(
    joined.map(({ pid, pidStart }) => services.place.isAlive({ pid, startTime: pidStart })),
  );
  return alive.includes(true);
}
