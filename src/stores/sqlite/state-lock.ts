import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { busyError, isBusy, isDamaged, storeErrorOf } from "./sqlite-errors.ts";

const retryMs = 20;

/** Held by this process until it is released, or the process is gone. */
export type HeldLock = { readonly release: () => void };

/**
 * Who uses a database: everybody holds it `shared` as long as they have the database open; `exclusive` is for whoever replaces the
 * file. It is an empty database of its own beside it, so that SQLite's locks do the work on every system and end with their process.
 * @throws {TuttiError} `STATE_BUSY` after `waitMs`
 */
export async function lockState(
  databasePath: string,
  { kind, waitMs }: { readonly kind: "shared" | "exclusive"; readonly waitMs: number },
): Promise<HeldLock> {
  const path = `${databasePath}.lock`;
  const deadline = performance.now() + waitMs;
  for (let isSecondTry = false; ;) {
    try {
      return lockOnce(path, kind);
    } catch (thrown) {
      if (isDamaged(thrown) && !isSecondTry) {
        // It holds nothing: what somebody wrote into it is not ours.
        rmSync(path, { force: true });
        isSecondTry = true;
      } else if (!isBusy(thrown)) throw storeErrorOf(thrown, path);
      else if (performance.now() >= deadline) throw busyError(databasePath, thrown);
    }
    await delay(retryMs);
  }
}

function lockOnce(path: string, kind: "shared" | "exclusive"): HeldLock {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec(kind === "exclusive" ? "BEGIN EXCLUSIVE" : "BEGIN; SELECT count(*) FROM sqlite_master");
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}
