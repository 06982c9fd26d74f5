import { asRunId, type RunId } from "../../domain/ids.ts";
import { type RecordedCall, recordedKinds, type RecordedKind } from "../../domain/workflow/replay-report.ts";
import { memberOf, numberOf, optionalNumberOf, optionalTextOf, textOf } from "./columns.ts";
import type { Lease } from "./lease.ts";
import type { SqlRow, SqlSession } from "./sql-store.ts";

export type EntryKind = RecordedKind;

/** Where in a run a flow call stands: the how-manieth of which scope, and what it is. */
export type Place = RecordedCall;

export type Entry = Place & {
  /** `open` was asked for and has no result yet. */
  readonly state: "open" | "done" | "failed";
  /** JSON: the output when done, the error when failed. A `receive` that timed out is done without one. */
  readonly valueText?: string | undefined;
  /** When a timer ends, in milliseconds since the epoch. */
  readonly dueAt?: number | undefined;
  readonly childId?: RunId | undefined;
};

const states = ["open", "done", "failed"] as const;

export function loadJournal(session: SqlSession, runId: RunId): readonly Entry[] {
  return session.all("SELECT * FROM engine_steps WHERE run_id = ? ORDER BY rowid", runId).map(toEntry);
}

/** Records an entry under a lease that the caller has just checked. The repeat of a write that came through is a no-op. */
export function insertEntry(session: SqlSession, { runId, token }: Lease, entry: Entry): void {
  const { scope, position, kind, name, state, valueText = null, dueAt = null, childId = null } = entry;
  session.run(
    `INSERT INTO engine_steps (run_id, scope, position, kind, name, state, value, due_at, child_id, token)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ...[runId, scope, position, kind, name, state, valueText, dueAt, childId, token],
  );
}

/** Gives an open entry its result. */
export function closeEntry(session: SqlSession, { runId }: Lease, entry: Entry): void {
  session.run(
    "UPDATE engine_steps SET state = ?, value = ? WHERE run_id = ? AND scope = ? AND position = ? AND state = 'open'",
    ...[entry.state, entry.valueText ?? null, runId, entry.scope, entry.position],
  );
}

export function toEntry(row: SqlRow): Entry {
  const childId = optionalTextOf(row, "child_id");
  return {
    scope: textOf(row, "scope"),
    position: numberOf(row, "position"),
    kind: memberOf(row, "kind", recordedKinds),
    name: textOf(row, "name"),
    state: memberOf(row, "state", states),
    valueText: optionalTextOf(row, "value"),
    dueAt: optionalNumberOf(row, "due_at"),
    childId: childId === undefined ? undefined : asRunId(childId),
  };
}
