import { TuttiError } from "../../domain/errors.ts";
import type { EngineWorker } from "../../engine/port.ts";

/**
 * The slot of a step that goes on is not to be given to others: whoever sees this process gone recovers it.
 * @throws {TuttiError} `PROCESS_FAILED`
 */
export function refuseWhileActive({ active }: Pick<EngineWorker, "active">, workerId: string): void {
  if (active.size === 0) return;
  throw new TuttiError("PROCESS_FAILED", `A step of worker ${workerId} did not stop in time`, {
    failureClass: "killed",
    context: { worker: workerId, runs: [...active] },
  });
}
