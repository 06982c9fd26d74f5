import { hostname } from "node:os";

import type { JobId } from "../../domain/ids.ts";
import type { Services } from "../services.ts";

/**
 * Gives back what processes of this project had set aside that died on this machine, also those of jobs that nobody goes on
 * with. What was recorded as spent stays spent.
 */
export async function releaseDeadReservations(
  { state, place, logger }: Pick<Services, "state" | "place" | "logger">,
  jobId: JobId,
): Promise<void> {
  const host = hostname();
  for (const holder of await state.reservations.holders(jobId)) {
    if (holder.host !== host) continue;
    if (await place.isAlive({ pid: holder.pid, startTime: holder.pidStart })) continue;
    await state.reservations.settleWorker(holder.id);
    logger.info("the reservations of a dead process were settled", { worker: holder.id });
  }
}
