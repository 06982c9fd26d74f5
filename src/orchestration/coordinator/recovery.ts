import { setTimeout as delay } from "node:timers/promises";

import type { TuttiError } from "../../domain/errors.ts";
import type { JobId, WorkerId } from "../../domain/ids.ts";
import type { Slot as KnownSlot, WorkerProcess } from "../../state/fleet/fleet.ts";
import { isRepositoryBroken, removeStaleLocks, rescueSlot, type Rescue } from "../../workspace/index.ts";
import { releaseDeadReservations } from "../budget/dead-reservations.ts";
import { openKnownSlot } from "../workers/open-known-slot.ts";
import type { Services } from "../services.ts";
import type { OwnProcess } from "../workers/worker.ts";

/** How long a worker whose coordinator died may take to stop by itself. */
const graceMs = 5_000;
const pollMs = 50;

type Salvage = Pick<Services, "state" | "engine" | "place" | "repo" | "logger">;

/**
 * Takes over what a dead worker left: ends everything that still runs in its slots, saves what stands there, and only then
 * gives slots and leases free. The order matters: nobody else may touch a slot before its content is safe.
 */
export async function recoverWorker(
  services: Salvage,
  worker: { readonly id: WorkerId; readonly jobId: JobId },
): Promise<void> {
  const { state, engine, logger } = services;
  for (const slot of await state.fleet.slots(worker.jobId)) {
    if (slot.workerId === worker.id) await recoverSlot(services, slot);
  }
  const released = await engine.releaseWorker(worker.id);
  await state.fleet.workerStopped(worker.id, "died");
  await state.reservations.settleWorker(worker.id);
  logger.info("worker recovered", { worker: worker.id, released: [...released] });
}

const reason = "its worker died";

async function recoverSlot(services: Salvage, slot: KnownSlot): Promise<void> {
  const { state, place, logger } = services;
  const { id: slotId, jobId } = slot;
  const killed = await place.killMarked(slotId);
  const abandoned = await openKnownSlot(services, slot);
  if (abandoned === undefined) return;
  let rescue: Rescue | undefined;
  try {
    rescue = await rescueSlot(abandoned, { jobId, reason });
  } catch (thrown) {
    if (!isRepositoryBroken(thrown)) throw thrown;
    return leaveAside(services, slot, thrown);
  }
  if (rescue !== undefined) await state.fleet.noteRescue({ jobId, ref: rescue.ref, slotId, reason });
  await state.fleet.releaseSlot(slotId);
  logger.info("slot recovered", { slot: slotId, killed: killed.length, rescue: rescue?.ref ?? null });
}

/** Its folder stays as it is, for a person; the work that stood there begins anew in another slot. */
async function leaveAside(
  { state, logger }: Salvage,
  { id, jobId, path }: KnownSlot,
  error: TuttiError,
): Promise<void> {
  await state.fleet.leaveSlotAside({ id, jobId, path, reason: error.message });
  logger.error("a slot is broken and was left aside", { slot: id, path, code: error.code, message: error.message });
}

/**
 * At the start of a coordinator: recovers every process that an earlier one left, ending what still lives. Never its own, and
 * never a living worker that has joined by itself.
 */
export async function recoverJob(services: Services, jobId: JobId, own: OwnProcess): Promise<void> {
  const isOwn = ({ host, pid, pidStart }: WorkerProcess): boolean =>
    host === own.host && pid === own.pid && pidStart === own.pidStart;
  const others = (await services.state.fleet.liveWorkers(jobId)).filter((worker) => !isOwn(worker));
  const isLeft = async (worker: WorkerProcess): Promise<boolean> =>
    worker.host === own.host && (worker.kind !== "joined" || !(await isAlive(services, worker)));
  const left = (await Promise.all(others.map(async (worker) => ((await isLeft(worker)) ? [worker] : [])))).flat();
  for (const worker of left) await endProcess(services, worker);
  if (left.length > 0 && left.length === others.length) await removeLocks(services, jobId);
  for (const worker of left) await recoverWorker(services, worker);
  await releaseDeadReservations(services, jobId);
}

/** While a coordinator is at work: those that have joined have nobody else who would notice their death. */
export async function recoverJoined(services: Services, jobId: JobId, own: OwnProcess): Promise<void> {
  for (const worker of await services.state.fleet.liveWorkers(jobId)) {
    const isOurs = worker.kind === "joined" && worker.host === own.host;
    if (isOurs && !(await isAlive(services, worker))) await recoverWorker(services, worker);
  }
}

const isAlive = ({ place }: Services, { pid, pidStart }: WorkerProcess): Promise<boolean> =>
  place.isAlive({ pid, startTime: pidStart });

/** Nobody is left who could hold one. */
async function removeLocks({ repo, logger }: Services, jobId: JobId): Promise<void> {
  const locks = await removeStaleLocks(repo, jobId);
  if (locks.length > 0) logger.warn("locks of killed processes were removed", { locks: [...locks] });
}

async function endProcess(services: Services, worker: WorkerProcess): Promise<void> {
  const identity = { pid: worker.pid, startTime: worker.pidStart };
  // Not by the time of day, which somebody may set meanwhile.
  const deadline = performance.now() + graceMs;
  while (await services.place.isAlive(identity)) {
    if (performance.now() >= deadline) {
      await services.place.killGroup(identity);
      return;
    }
    await delay(pollMs);
  }
}
