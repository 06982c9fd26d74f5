import type { RunId } from "../../domain/ids.ts";
import { optionalTextOf } from "./columns.ts";
import { leaseLostError } from "./engine-errors.ts";
import type { SqlSession } from "./sql-store.ts";

/** The right to write for a run, until a newer token exists. */
export type Lease = { readonly runId: RunId; readonly token: number };

/**
 * Stands before every write for a run, in the same transaction.
 * @returns why the run is to be cancelled, if it is
 * @throws {TuttiError} `LEASE_LOST`
 */
export function holdLease(session: SqlSession, { runId, token }: Lease): { readonly cancelReason: string | undefined } {
  const sql = "SELECT cancel_reason FROM engine_runs WHERE run_id = ? AND token = ? AND status = 'running'";
  const row = session.get(sql, runId, token);
  if (row === undefined) throw leaseLostError(runId, token);
  return { cancelReason: optionalTextOf(row, "cancel_reason") };
}
