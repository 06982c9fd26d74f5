import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, rmdirSync, statSync, type BigIntStats } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { TuttiError } from "../../domain/errors.ts";

/** After so long without a sign of life a lock is nobody's: the limit that Task Master itself goes by. */
const staleMs = 10_000;

/** Longer than `staleMs`, so that a lock left by a crash never refuses anybody. */
const waitMs = 15_000;

const retryMs = 50;

export type FileLock = {
  /** Whether nobody has taken the lock over meanwhile, which happens when the holder was stopped for long. */
  readonly isHeld: () => boolean;
  /** Gives the lock free, unless it has become somebody else's. */
  readonly release: () => void;
};

/**
 * Takes the lock of a file that Task Master also locks: an empty folder `<file>.lock`, as `proper-lockfile` makes it. Half of
 * Task Master's commands make a file of that name instead; each kind keeps the other out. A folder is what both take over
 * after a crash; a stale file, which `proper-lockfile` can't remove, is taken over here. That is why the library isn't used.
 *
 * The holder must be quick: the lock shows no sign of life after it was made.
 *
 * @throws {TuttiError} `STATE_BUSY` when somebody else holds it for 15 s
 */
export async function lockFile(file: string): Promise<FileLock> {
  const path = `${file}.lock`;
  const until = Date.now() + waitMs;
  for (;;) {
    if (tryMakeFolder(path)) return heldLock(path);
    if (!takeAside(path)) await sleep(retryMs);
    if (Date.now() > until) throw busy(file, path);
  }
}

function heldLock(path: string): FileLock {
  const own = identityOf(path);
  const isHeld = (): boolean => own !== undefined && identityOf(path) === own;
  const release = (): void => {
    if (isHeld()) rmdirSync(path);
  };
  return { isHeld, release };
}

function tryMakeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/**
 * Moves a stale lock out of the way. What was moved may be a fresh lock that somebody made in the same moment: then it goes
 * back, and its holder, should it have been missed, begins again because `isHeld` said no.
 * @returns whether the way may be free
 */
function takeAside(path: string): boolean {
  const stats = statOf(path);
  if (stats === undefined) return true;
  if (Date.now() - Number(stats.mtimeMs) <= staleMs) return false;
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    throw error;
  }
  if (identityOf(aside) === identity(stats)) rmSync(aside, { recursive: true });
  else putBack(aside, path);
  return true;
}

/** Fails when a third one has the lock by now; then the moved one is lost, which its holder sees. */
function putBack(aside: string, path: string): void {
  try {
    renameSync(aside, path);
  } catch {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** File systems use a number again at once; the time of birth tells two of them apart. */
const identity = ({ ino, birthtimeNs }: BigIntStats): string => `${ino}-${birthtimeNs}`;

function identityOf(path: string): string | undefined {
  const stats = statOf(path);
  return stats === undefined ? undefined : identity(stats);
}

const statOf = (path: string): BigIntStats | undefined => statSync(path, { bigint: true, throwIfNoEntry: false });

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

const busy = (file: string, lock: string): TuttiError =>
  new TuttiError("STATE_BUSY", `Somebody else has held ${file} locked for ${waitMs / 1000} s`, {
    failureClass: "transient",
    hint: `Try again; if nobody is working on it, remove ${lock}`,
    context: { file, lock },
  });
