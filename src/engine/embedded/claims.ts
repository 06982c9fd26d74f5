import { asRunId, type RunId, type WorkerId } from "../../domain/ids.ts";
import { numberOf, optionalNumberOf, optionalTextOf, textOf } from "./columns.ts";
import { endAsCancelled } from "./endings.ts";
import type { Lease } from "./lease.ts";
import type { SqlRow, SqlSession } from "./sql-store.ts";

export type Claim = Lease & {
  readonly workflow: string;
  /** The version of the workflow that the run is pinned to. */
  readonly version: string;
  readonly queue: string;
  readonly priority: number;
  readonly inputText: string;
};

export type ClaimRequest = {
  readonly workerId: WorkerId;
  readonly queues: readonly string[];
  /** Names and versions of what this worker can run. */
  readonly versions: ReadonlyMap<string, string>;
  /** Runs that this worker hasn't quite let go of. */
  readonly except: ReadonlySet<RunId>;
  readonly limit: number;
  readonly leaseUntil: number;
};

type Candidate = { readonly seq: number; readonly priority: number; readonly runId: RunId; readonly workflow: string };

const candidateSql = `
  SELECT seq, priority, run_id, workflow FROM engine_runs
  WHERE status = 'queued' AND queue = ? AND workflow IN (SELECT value FROM json_each(?))
  ORDER BY priority DESC, seq LIMIT ?`;

const claimSql = `
  UPDATE engine_runs SET status = 'running', token = token + 1, worker_id = ?, due_at = ?, version = coalesce(version, ?)
  WHERE seq = ? AND status = 'queued'
  RETURNING run_id, token, workflow, version, queue, priority, input`;

/** Queued runs that this worker may take: larger priority first, then the older. */
export function candidates(session: SqlSession, request: ClaimRequest): readonly Candidate[] {
  const names = JSON.stringify([...request.versions.keys()]);
  const limit = request.limit + request.except.size;
  return request.queues
    .flatMap((queue) => session.all(candidateSql, queue, names, limit).map(toCandidate))
    .filter((candidate) => !request.except.has(candidate.runId))
    .toSorted((a, b) => b.priority - a.priority || a.seq - b.seq)
    .slice(0, request.limit);
}

export function claim(session: SqlSession, request: ClaimRequest): readonly Claim[] {
  return candidates(session, request).flatMap(({ seq, workflow }) => {
    const version = request.versions.get(workflow) ?? null;
    const row = session.get(claimSql, request.workerId, request.leaseUntil, version, seq);
    return row === undefined ? [] : [toClaim(row)];
  });
}

/** Renews one lease. @returns false when another worker holds the run by now, or nobody does */
export function renew(session: SqlSession, lease: Lease, leaseUntil: number): boolean {
  const sql = "UPDATE engine_runs SET due_at = ? WHERE run_id = ? AND token = ? AND status = 'running'";
  return session.run(sql, leaseUntil, lease.runId, lease.token) > 0;
}

/** When the next timer or lease ends, in milliseconds since the epoch. */
export function nextDueAt(session: SqlSession): number | undefined {
  const row = session.get("SELECT min(due_at) AS due_at FROM engine_runs WHERE due_at IS NOT NULL");
  return row === undefined ? undefined : optionalNumberOf(row, "due_at");
}

export function queueDueTimers(session: SqlSession, now: number): void {
  session.run(
    `UPDATE engine_runs SET status = 'queued', due_at = NULL, waits = NULL
     WHERE due_at IS NOT NULL AND due_at <= ? AND status = 'waiting'`,
    now,
  );
}

/** Takes the runs away from workers that let their lease expire. */
export function releaseExpired(session: SqlSession, now: number): void {
  const sql = "SELECT run_id, cancel_reason FROM engine_runs WHERE due_at <= ? AND status = 'running'";
  for (const row of session.all(sql, now)) release(session, row);
}

/** Takes all runs away from one worker. */
export function releaseAll(session: SqlSession, workerId: WorkerId): readonly RunId[] {
  const sql = "SELECT run_id, cancel_reason FROM engine_runs WHERE worker_id = ? AND status = 'running'";
  return session.all(sql, workerId).map((row) => release(session, row));
}

/** Gives one run back. Does nothing when it isn't this lease's any more. */
export function releaseOne(session: SqlSession, { runId, token }: Lease): void {
  const sql = "SELECT run_id, cancel_reason FROM engine_runs WHERE run_id = ? AND token = ? AND status = 'running'";
  const row = session.get(sql, runId, token);
  if (row !== undefined) release(session, row);
}

/** Which of a worker's runs somebody wants cancelled, and why. */
export function cancelRequests(session: SqlSession, workerId: WorkerId): ReadonlyMap<RunId, string> {
  const sql = `SELECT run_id, cancel_reason FROM engine_runs
    WHERE worker_id = ? AND status = 'running' AND cancel_reason IS NOT NULL`;
  return new Map(
    session.all(sql, workerId).map((row) => [asRunId(textOf(row, "run_id")), textOf(row, "cancel_reason")]),
  );
}

function release(session: SqlSession, row: SqlRow): RunId {
  const runId = asRunId(textOf(row, "run_id"));
  const reason = optionalTextOf(row, "cancel_reason");
  if (reason === undefined) {
    session.run("UPDATE engine_runs SET status = 'queued', worker_id = NULL, due_at = NULL WHERE run_id = ?", runId);
  } else {
    endAsCancelled(session, runId, reason);
  }
  return runId;
}

function toCandidate(row: SqlRow): Candidate {
  return {
    seq: numberOf(row, "seq"),
    priority: numberOf(row, "priority"),
    runId: asRunId(textOf(row, "run_id")),
    workflow: textOf(row, "workflow"),
  };
}

function toClaim(row: SqlRow): Claim {
  return {
    runId: asRunId(textOf(row, "run_id")),
    token: numberOf(row, "token"),
    workflow: textOf(row, "workflow"),
    version: textOf(row, "version"),
    queue: textOf(row, "queue"),
    priority: numberOf(row, "priority"),
    inputText: textOf(row, "input"),
  };
}
