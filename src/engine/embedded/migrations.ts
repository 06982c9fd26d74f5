import { sql } from "kysely";
import type { Migrations } from "../../stores/port.ts";

/** The engine's tables as queries of others may read them. Only the engine writes them. */
export type EngineTables = {
  readonly engine_runs: {
    /** Grows with age. */
    readonly seq: number;
    readonly run_id: string;
    readonly parent_id: string | null;
    readonly workflow: string;
    /** Of the workflow, pinned when the run's first step is recorded. */
    readonly version: string | null;
    readonly queue: string;
    readonly priority: number;
    readonly status: string;
    readonly input: string;
    readonly output: string | null;
    readonly error: string | null;
    /** Counts the claims: the fencing token. */
    readonly token: number;
    readonly worker_id: string | null;
    /** Milliseconds since the epoch: of a running run the end of its lease, of a waiting one its earliest timer. */
    readonly due_at: number | null;
    /** Of a waiting run: a JSON list of the conditions that wake it. */
    readonly waits: string | null;
    readonly cancel_reason: string | null;
  };
  readonly engine_steps: {
    readonly run_id: string;
    readonly scope: string;
    readonly position: number;
    readonly kind: string;
    readonly name: string;
    readonly state: string;
    /** JSON: the output of a step that is done, the error of one that failed. */
    readonly value: string | null;
    readonly due_at: number | null;
    readonly child_id: string | null;
    /** Of the claim that recorded it. */
    readonly token: number;
  };
  readonly engine_signals: {
    readonly seq: number;
    readonly run_id: string;
    readonly name: string;
    readonly key: string;
    readonly payload: string;
    readonly is_taken: number;
  };
};

const statements = [
  sql`CREATE TABLE engine_runs (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    parent_id TEXT,
    workflow TEXT NOT NULL,
    version TEXT,
    queue TEXT NOT NULL,
    priority INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled')),
    input TEXT NOT NULL,
    output TEXT,
    error TEXT,
    token INTEGER NOT NULL DEFAULT 0,
    worker_id TEXT,
    due_at INTEGER,
    waits TEXT,
    cancel_reason TEXT
  )`,
  sql`CREATE INDEX engine_runs_ready ON engine_runs (queue, priority DESC, seq, workflow) WHERE status = 'queued'`,
  sql`CREATE INDEX engine_runs_due ON engine_runs (due_at) WHERE due_at IS NOT NULL`,
  sql`CREATE INDEX engine_runs_worker ON engine_runs (worker_id) WHERE worker_id IS NOT NULL`,
  sql`CREATE INDEX engine_runs_parent ON engine_runs (parent_id) WHERE parent_id IS NOT NULL`,
  sql`CREATE TABLE engine_steps (
    run_id TEXT NOT NULL REFERENCES engine_runs (run_id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'failed')),
    value TEXT,
    due_at INTEGER,
    child_id TEXT,
    token INTEGER NOT NULL,
    PRIMARY KEY (run_id, scope, position)
  )`,
  sql`CREATE TABLE engine_signals (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES engine_runs (run_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    is_taken INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, name, key)
  )`,
];

export const engineMigrations: Migrations = {
  "engine-001-runs": {
    up: async (db) => {
      for (const statement of statements) await statement.execute(db);
    },
  },
};
