import { circuitBreaker, type CircuitBreaker } from "../../domain/failure/circuit-breaker.ts";
import { failureSignature } from "../../domain/failure/signature.ts";
import type { JobId } from "../../domain/ids.ts";
import type { StateManager } from "../../state/state-manager.ts";
import { isOverPartBudget } from "../budget/spending.ts";

/** So many tasks that fail in the same way have one cause: paying for a fourth would only show it again. */
const threshold = 3;

/**
 * Whether the failures of a job's drive have a common cause; once found, it holds for all processes until the next drive begins
 * and counts anew.
 */
export async function hasCommonCause(state: StateManager, jobId: JobId): Promise<boolean> {
  const { isOpen, since } = await state.holds.circuit(jobId);
  if (isOpen) return true;
  const breaker = await findCommonCause(state, jobId, since);
  if (breaker.state === "closed") return false;
  await state.holds.openCircuit(jobId, { signature: breaker.signature, tasks: breaker.taskIds }, since);
  return (await state.holds.circuit(jobId)).isOpen;
}

async function findCommonCause(state: StateManager, jobId: JobId, since: number): Promise<CircuitBreaker> {
  const failures = await state.attempts.failedOutcomes(jobId, since);
  const telling = failures.filter(({ error }) => !isOverPartBudget(error));
  const signed = telling.map(({ taskId, error }) => ({ taskId, signature: failureSignature(error) }));
  return circuitBreaker(signed, threshold);
}
