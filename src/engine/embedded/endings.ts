import { errorToJson, type TuttiError } from "../../domain/errors.ts";
import { asRunId, type RunId } from "../../domain/ids.ts";
import { textOf } from "./columns.ts";
import { cancelledError } from "./engine-errors.ts";
import { holdLease, type Lease } from "./lease.ts";
import type { SqlSession } from "./sql-store.ts";

export type RunOutcome =
  | { readonly status: "completed"; readonly outputText: string }
  | { readonly status: "failed"; readonly error: TuttiError };

/** The condition under which a run waits for another, and for a signal. */
export const runCondition = (runId: RunId): string => `run:${runId}`;
export const signalCondition = (name: string): string => `signal:${name}`;

/** Ends a run for good. One that somebody wanted cancelled ends as cancelled, whatever it came to. */
export function finish(session: SqlSession, lease: Lease, outcome: RunOutcome): void {
  const { cancelReason } = holdLease(session, lease);
  if (cancelReason !== undefined) return endAsCancelled(session, lease.runId, cancelReason);
  const output = outcome.status === "completed" ? outcome.outputText : null;
  const error = outcome.status === "failed" ? JSON.stringify(errorToJson(outcome.error)) : null;
  end(session, lease.runId, { status: outcome.status, output, error });
}

export function endAsCancelled(session: SqlSession, runId: RunId, reason: string): void {
  const error = JSON.stringify(errorToJson(cancelledError(runId, reason)));
  end(session, runId, { status: "cancelled", output: null, error });
}

const treeSql = `
  WITH RECURSIVE tree (run_id) AS (
    SELECT run_id FROM engine_runs WHERE run_id = ?1
    UNION SELECT r.run_id FROM engine_runs r JOIN tree ON r.parent_id = tree.run_id)`;

/** Ends the run and its descendants that nobody executes, and marks the others for their workers to abort. */
export function cancelTree(session: SqlSession, runId: RunId, reason: string): void {
  session.run(
    `${treeSql} UPDATE engine_runs SET cancel_reason = ?2 WHERE run_id IN tree AND cancel_reason IS NULL
     AND status IN ('queued', 'waiting', 'running')`,
    runId,
    reason,
  );
  const idle = `${treeSql} SELECT run_id FROM engine_runs WHERE run_id IN tree AND status IN ('queued', 'waiting')`;
  for (const row of session.all(idle, runId)) endAsCancelled(session, asRunId(textOf(row, "run_id")), reason);
}

/** Queues a waiting run when it waits for `condition`. */
export function wake(session: SqlSession, runId: RunId, condition: string): void {
  session.run(
    `UPDATE engine_runs SET status = 'queued', due_at = NULL, waits = NULL
     WHERE run_id = ? AND status = 'waiting' AND EXISTS (SELECT 1 FROM json_each(waits) WHERE value = ?)`,
    runId,
    condition,
  );
}

type End = {
  readonly status: "completed" | "failed" | "cancelled";
  readonly output: string | null;
  readonly error: string | null;
};

function end(session: SqlSession, runId: RunId, { status, output, error }: End): void {
  const row = session.get(
    `UPDATE engine_runs SET status = ?, output = ?, error = ?, worker_id = NULL, due_at = NULL, waits = NULL
     WHERE run_id = ? RETURNING parent_id`,
    status,
    output,
    error,
    runId,
  );
  const parentId = row?.["parent_id"];
  if (typeof parentId === "string") wake(session, asRunId(parentId), runCondition(runId));
}
