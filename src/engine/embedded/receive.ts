import { closeEntry, type Entry, insertEntry } from "./journal.ts";
import type { Lease } from "./lease.ts";
import { takeSignal } from "./signals.ts";
import type { SqlSession } from "./sql-store.ts";

/**
 * Records that the run asks for a signal and, in the same transaction, what came of it so far: a payload, the end of its
 * time, or nothing yet.
 */
export function settleReceive(session: SqlSession, lease: Lease, { entry, now }: { entry: Entry; now: number }): Entry {
  insertEntry(session, lease, entry);
  const valueText = takeSignal(session, lease.runId, entry.name);
  if (valueText === undefined && !isDue(entry, now)) return entry;
  const settled: Entry = { ...entry, state: "done", valueText };
  closeEntry(session, lease, settled);
  return settled;
}

function isDue({ dueAt }: Entry, now: number): boolean {
  return dueAt !== undefined && dueAt <= now;
}
