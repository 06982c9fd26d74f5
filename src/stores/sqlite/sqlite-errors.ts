import { type ErrorCode, TuttiError } from "../../domain/errors.ts";

/** Primary result codes of SQLite (sqlite.org/rescode.html) that say something about the file and not about the query. */
const busy = 5;
const repair = "Put the last good backup in its place: tutti state restore (tutti resume does so by itself).";
const faults: ReadonlyMap<number, { readonly code: ErrorCode; readonly says: string; readonly hint: string }> = new Map(
  [
    [8, { code: "STATE_UNAVAILABLE", says: "is read-only", hint: "Make the file and its folder writable." }],
    [10, { code: "STATE_UNAVAILABLE", says: "can't be read or written", hint: "Check the disk that holds it." }],
    [11, { code: "STATE_CORRUPT", says: "is damaged", hint: repair }],
    [13, { code: "STATE_UNAVAILABLE", says: "has no room to grow", hint: "Free space on the disk that holds it." }],
    [14, { code: "STATE_UNAVAILABLE", says: "can't be opened", hint: "Check that its folder exists and is writable." }],
    [26, { code: "STATE_CORRUPT", says: "isn't a database", hint: repair }],
  ],
);

/** True when another connection holds the lock that was needed. */
export function isBusy(thrown: unknown): boolean {
  return primaryCodeOf(thrown) === busy;
}

const damages: ReadonlySet<number | undefined> = new Set([11, 26]);

/** True when the file itself is broken. */
export function isDamaged(thrown: unknown): boolean {
  return damages.has(primaryCodeOf(thrown));
}

/** Turns a fault of the file into a `TuttiError`; an error of the query itself (a broken constraint) comes back as it is. */
export function storeErrorOf(thrown: unknown, path: string): unknown {
  if (isBusy(thrown)) return busyError(path, thrown);
  const fault = faults.get(primaryCodeOf(thrown) ?? 0);
  if (fault === undefined) return thrown;
  return new TuttiError(fault.code, `The database ${path} ${fault.says}`, {
    hint: fault.hint,
    context: { path },
    cause: thrown,
  });
}

export function busyError(path: string, cause: unknown): TuttiError {
  return new TuttiError("STATE_BUSY", `The database ${path} stayed locked by another process`, {
    failureClass: "transient",
    hint: "Find the process that holds it open in a transaction, and end it.",
    context: { path },
    cause,
  });
}

export function closedError(path: string): TuttiError {
  return new TuttiError("STATE_UNAVAILABLE", `The database ${path} was used after it had been closed`, {
    failureClass: "bug",
    context: { path },
  });
}

function primaryCodeOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !("errcode" in thrown)) return undefined;
  return typeof thrown.errcode === "number" ? thrown.errcode & 0xff : undefined;
}
