import type { TaskId } from "../ids.ts";

/** A failed attempt, as the circuit breaker sees it. */
export type SignedFailure = { readonly taskId: TaskId; readonly signature: string };

export type CircuitBreaker =
  | { readonly state: "closed" }
  /** The tasks have a common cause: another dispatch would only pay for it again. */
  | { readonly state: "open"; readonly signature: string; readonly taskIds: readonly TaskId[] };

/**
 * Opens when `threshold` different tasks of a job failed with the same signature. One task that fails again and again opens
 * nothing: its own limit of attempts is for that.
 * @param failures - of one job since the last reset, oldest first
 * @param threshold - at least 1
 * @returns with several signatures over the threshold the one that got there first
 */
export function circuitBreaker(failures: readonly SignedFailure[], threshold: number): CircuitBreaker {
  const tasksBySignature = new Map<string, Set<TaskId>>();
  for (const { taskId, signature } of failures) {
    const tasks = tasksBySignature.get(signature) ?? new Set<TaskId>();
    tasksBySignature.set(signature, tasks.add(taskId));
    if (tasks.size >= threshold) return { state: "open", signature, taskIds: [...tasks] };
  }
  return { state: "closed" };
}
