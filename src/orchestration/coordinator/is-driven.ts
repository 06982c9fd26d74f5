import { hostname } from "node:os";

import type { JobId } from "../../domain/ids.ts";
import type { Services } from "../services.ts";

/** Whether a coordinator carries the job out now. One that died on this machine doesn't, though its lease may still run. */
export async function isDriven({ state, place }: Pick<Services, "state" | "place">, jobId: JobId): Promise<boolean> {
  const heldBy = await state.jobs.coordinator(jobId);
  if (heldBy === undefined) return false;
  const holder = (await state.fleet.liveWorkers(jobId)).find(({ id }) => id === heldBy);
  if (holder === undefined || holder.host !== hostname()) return true;
  return place.isAlive({ pid: holder.pid, startTime: holder.pidStart });
}
