import { closeSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isBusy, isDamaged, storeErrorOf } from "./sqlite-errors.ts";

export type Examination = {
  /** `quick` reads every page; `full` also compares every index with its table. */
  readonly how: "quick" | "full";
  /** Larger files are examined only where their log shows that they were not closed. Default: no limit. */
  readonly maxBytes?: number;
};

/** What is wrong with a database; `log`: only its write-ahead log is, and the file is sound as of its last checkpoint. */
export type Damage = { readonly of: "file" | "log"; readonly problems: readonly string[] };

/** What a loss of power may leave, or a first start that was killed at once. */
export const emptied = "the file is empty";

const maxProblems = 5;

/**
 * Looks and changes nothing.
 * @returns `undefined` when it is sound, or not there
 * @throws {TuttiError} `STATE_UNAVAILABLE` when it can't be read, which is no damage
 */
export function examineDatabase(path: string, { how, maxBytes = Infinity }: Examination): Damage | undefined {
  const size = sizeOf(path);
  if (size === undefined) return undefined;
  const logSize = sizeOf(`${path}-wal`) ?? 0;
  if (size === 0 && logSize === 0) return { of: "file", problems: [emptied] };
  const isLogBroken = hasBrokenLog(`${path}-wal`, logSize);
  if (size > maxBytes && logSize === 0) return undefined;
  const problems = problemsOf(path, how);
  if (problems.length > 0) return { of: "file", problems };
  return isLogBroken
    ? { of: "log", problems: ["its write-ahead log is no log: the last commits are lost"] }
    : undefined;
}

function problemsOf(path: string, how: Examination["how"]): readonly string[] {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    const pragma = how === "full" ? "integrity_check" : "quick_check";
    const rows = database.prepare(`PRAGMA ${pragma}(${maxProblems})`).all();
    return rows.map((row) => String(row[pragma])).filter((text) => text !== "ok");
  } catch (thrown) {
    // Somebody is writing: who writes into it can read it.
    if (isBusy(thrown)) return [];
    if (isDamaged(thrown) && thrown instanceof Error) return [thrown.message];
    throw storeErrorOf(thrown, path);
  } finally {
    database?.close();
  }
}

/** Source: sqlite.org/fileformat2.html, "The WAL file format". */
const logMagics = new Set([0x37_7f_06_82, 0x37_7f_06_83]);
const logHeaderBytes = 32;

/** SQLite takes a log with a broken header for an empty one, and says nothing. */
function hasBrokenLog(path: string, size: number): boolean {
  if (size < logHeaderBytes) return false;
  const header = Buffer.alloc(logHeaderBytes);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, logHeaderBytes, 0);
  } finally {
    closeSync(file);
  }
  // Zeros are what a loss of power leaves of a log that was not yet on the disk.
  return !logMagics.has(header.readUInt32BE(0)) && header.some((byte) => byte !== 0);
}

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;
