import type { ErrorJson } from "../../domain/errors.ts";
import { asRunId, asWorkerId, type RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { RunRecord, RunStatus, StartRun } from "../port.ts";
import { memberOf, numberOf, optionalTextOf, textOf } from "./columns.ts";
import { cancelTree } from "./endings.ts";
import { fromJsonText } from "./json-text.ts";
import type { SqlRow, SqlSession } from "./sql-store.ts";

const statuses: readonly RunStatus[] = ["queued", "running", "waiting", "completed", "failed", "cancelled"];

const defaultPriority = 5;

export type NewRun = Omit<StartRun, "input"> & { readonly inputText: string };

/** @returns false when a run of this id exists already */
export function insertRun(session: SqlSession, run: NewRun): boolean {
  const { runId, parentId, workflow, queue, priority = defaultPriority, inputText } = run;
  const changes = session.run(
    `INSERT INTO engine_runs (run_id, parent_id, workflow, queue, priority, input, status)
     VALUES (?, ?, ?, ?, ?, ?, 'queued') ON CONFLICT (run_id) DO NOTHING`,
    ...[runId, parentId ?? null, workflow, queue, priority, inputText],
  );
  if (changes > 0 && parentId !== undefined) inheritCancel(session, runId, parentId);
  return changes > 0;
}

/** A child of a cancelled run comes into the world cancelled, so that none escapes. */
function inheritCancel(session: SqlSession, runId: RunId, parentId: RunId): void {
  const row = session.get("SELECT cancel_reason FROM engine_runs WHERE run_id = ?", parentId);
  const reason = row === undefined ? undefined : optionalTextOf(row, "cancel_reason");
  if (reason !== undefined) cancelTree(session, runId, reason);
}

export function findRun(session: SqlSession, runId: RunId): RunRecord | undefined {
  const row = session.get("SELECT * FROM engine_runs WHERE run_id = ?", runId);
  return row === undefined ? undefined : toRecord(row);
}

/** Those of `runIds` that have ended. */
export function endedAmong(session: SqlSession, runIds: readonly RunId[]): readonly RunRecord[] {
  const rows = session.all(
    `SELECT r.* FROM json_each(?) ids JOIN engine_runs r ON r.run_id = ids.value
     WHERE r.status IN ('completed', 'failed', 'cancelled')`,
    JSON.stringify(runIds),
  );
  return rows.map(toRecord);
}

export function isEnded(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

function toRecord(row: SqlRow): RunRecord {
  const output = optionalTextOf(row, "output");
  const error = optionalTextOf(row, "error");
  const workerId = optionalTextOf(row, "worker_id");
  return {
    runId: asRunId(textOf(row, "run_id")),
    workflow: textOf(row, "workflow"),
    status: memberOf(row, "status", statuses),
    input: fromJsonText<Json>(textOf(row, "input")),
    claims: numberOf(row, "token"),
    ...(output === undefined ? {} : { output: fromJsonText<Json>(output) }),
    ...(error === undefined ? {} : { error: fromJsonText<ErrorJson>(error) }),
    ...(workerId === undefined ? {} : { workerId: asWorkerId(workerId) }),
  };
}
