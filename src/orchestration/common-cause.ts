import { circuitBreaker, type CircuitBreaker } from "../domain/failure/circuit-breaker.ts";
import { failureSignature } from "../domain/failure/signature.ts";
import type { JobId } from "../domain/ids.ts";
import type { StateManager } from "../state/state-manager.ts";

/** So many tasks that fail in the same way have one cause: paying for a fourth would only show it again. */
const threshold = 3;

/** Looks for a common cause among the failures of one drive; a resume starts a new count. */
export async function findCommonCause(state: StateManager, jobId: JobId, since: number): Promise<CircuitBreaker> {
  const failures = await state.attempts.failedOutcomes(jobId, since);
  const signed = failures.map(({ taskId, error }) => ({ taskId, signature: failureSignature(error) }));
  return circuitBreaker(signed, threshold);
}
