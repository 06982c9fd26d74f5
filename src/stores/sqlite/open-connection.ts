import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TuttiError } from "../../domain/errors.ts";
import { type BusyLimit, retryWhileBusy } from "./retry-while-busy.ts";

/** How long SQLite itself may wait inside one statement, blocking the event loop. Waits beyond it are asynchronous. */
const busyTimeoutMs = 50;
/** What remains of the write-ahead log after a checkpoint. */
const journalBytes = 64 * 1024 * 1024;

/**
 * - `normal` a commit survives the death of the process, the last ones may be lost with the power
 * - `full` a commit survives the loss of power too
 */
export type Synchronous = "normal" | "full";

/** Opens the file in WAL mode, and makes it when it isn't there. */
export async function openConnection(busy: BusyLimit, synchronous: Synchronous): Promise<DatabaseSync> {
  return retryWhileBusy(() => openOnce(busy.path, synchronous), busy);
}

function openOnce(path: string, synchronous: Synchronous): DatabaseSync {
  makePrivate(path);
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    configure(database, { path, synchronous });
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** SQLite gives its log and its other files the mode that the database has. Whatever is wrong with the place, SQLite says it. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    return;
  }
}

function configure(database: DatabaseSync, { path, synchronous }: { path: string; synchronous: Synchronous }): void {
  const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  if (mode !== "wal") throw noWalError(path, String(mode));
  database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = ${journalBytes}`);
}

function noWalError(path: string, mode: string): TuttiError {
  return new TuttiError("STATE_UNAVAILABLE", `The database ${path} can't use a write-ahead log (mode ${mode})`, {
    hint: "Put the file on a local disk: network file systems and memory don't support it.",
    context: { path, mode },
  });
}
