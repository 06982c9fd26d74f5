import type { ErrorJson } from "../../domain/errors.ts";
import type { RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { JournalEntry } from "../port.ts";
import { optionalTextOf } from "./columns.ts";
import { type Entry, toEntry } from "./journal.ts";
import { fromJsonText } from "./json-text.ts";
import type { SqlRow, SqlSession } from "./sql-store.ts";

/** A sleep is over when its time has come, a call when its child has ended: neither is written down a second time. */
const historySql = `
  SELECT s.*, r.status AS child_status, coalesce(r.output, r.error) AS child_end
  FROM engine_steps s LEFT JOIN engine_runs r ON r.run_id = s.child_id
  WHERE s.run_id = ? ORDER BY s.rowid`;

export function readHistory(session: SqlSession, runId: RunId, now: number): readonly JournalEntry[] {
  return session.all(historySql, runId).map((row) => toJournalEntry(withEnd(toEntry(row), row, now)));
}

function withEnd(entry: Entry, row: SqlRow, now: number): Entry {
  if (entry.state !== "open") return entry;
  if (entry.kind === "sleep" && (entry.dueAt ?? 0) <= now) return { ...entry, state: "done" };
  const valueText = optionalTextOf(row, "child_end");
  if (valueText === undefined) return entry;
  return { ...entry, state: optionalTextOf(row, "child_status") === "completed" ? "done" : "failed", valueText };
}

function toJournalEntry({ scope, position, kind, name, state, valueText, dueAt }: Entry): JournalEntry {
  const due = state === "open" && dueAt !== undefined ? { dueAt } : {};
  const call = { scope, position, kind, name, state, ...due };
  if (valueText === undefined) return call;
  if (state === "failed") return { ...call, error: fromJsonText<ErrorJson>(valueText) };
  return { ...call, value: fromJsonText<Json>(valueText) };
}

export function toReplayed({ value, error, ...call }: JournalEntry): Entry {
  const given = error ?? value;
  return given === undefined ? call : { ...call, valueText: JSON.stringify(given) };
}
