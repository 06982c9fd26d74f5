import type { Lease } from "./lease.ts";
import type { SqlSession } from "./sql-store.ts";
import type { WaitSet } from "./wait-set.ts";

export type SuspendOutcome =
  { readonly type: "suspended" | "met" } | { readonly type: "cancelled"; readonly reason: string };

/**
 * Stores what a run waits for and gives it back, unless something has happened meanwhile. It looks once more under the
 * write lock, so that whoever fulfils a condition later finds the run waiting for it.
 */
export function suspendRun(session: SqlSession, { lease, waits, now, cancelReason }: SuspendRequest): SuspendOutcome {
  if (cancelReason !== undefined) return { type: "cancelled", reason: cancelReason };
  if (waits.met(session, now).length > 0) return { type: "met" };
  session.run(
    "UPDATE engine_runs SET status = 'waiting', worker_id = NULL, due_at = ?, waits = ? WHERE run_id = ?",
    waits.dueAt() ?? null,
    JSON.stringify(waits.conditions()),
    lease.runId,
  );
  return { type: "suspended" };
}

export type SuspendRequest = {
  readonly lease: Lease;
  readonly waits: WaitSet;
  readonly now: number;
  readonly cancelReason: string | undefined;
};
