import { mkdir } from "node:fs/promises";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import type { Backup, Backups } from "./backups.ts";
import { damaged } from "./backups.ts";
import { emptied, examineDatabase, type Damage } from "./examine-database.ts";
import {
  finishRestoring,
  isBeingRestored,
  readRestoration,
  restoreDatabase,
  type Restoration,
} from "./restore-database.ts";
import { openSqliteStore, type SqliteOptions, type SqliteStore } from "./sqlite-store.ts";
import { lockState, type HeldLock } from "./state-lock.ts";

/** Checked within a tenth of a second or so. */
const quickBytes = 256 * 1024 * 1024;
const waitMs = 10_000;

export type SoundOptions = SqliteOptions & {
  readonly backups: Backups;
  /** A damaged database is replaced by the last good backup. Else it is an error. */
  readonly isRepairing: boolean;
};

export type SoundStore<Tables> = {
  readonly store: SqliteStore<Tables>;
  /** Somebody has replaced the database, and nobody has looked yet what that means. */
  readonly restoration: Restoration | undefined;
  readonly close: () => Promise<void>;
};

/**
 * Opens a database that is sound, or becomes so. As long as it is open nobody can replace it.
 * @throws {TuttiError} `STATE_CORRUPT` when it is damaged and can't be replaced; and as `openSqliteStore`
 */
export async function openSoundStore<Tables>(options: SoundOptions): Promise<SoundStore<Tables>> {
  const { path, backups, isRepairing } = options;
  if (existsSync(dirname(path))) {
    if (await isBeingRestored(path)) await withStateAlone(path, () => finishRestoring(path));
    if (isRepairing) await repairState(path, backups);
    else await refuseEmptied(path, backups);
  }
  const lock = await sharedLock(path);
  try {
    const store = await openSqliteStore<Tables>(options);
    const restoration = await readRestoration(path);
    const close = async (): Promise<void> => {
      await store.close();
      lock.release();
    };
    return { store, restoration, close };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

async function sharedLock(path: string): Promise<HeldLock> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => undefined);
  return lockState(path, { kind: "shared", waitMs });
}

/** Looks quickly, and replaces what is damaged. @returns `undefined` when nothing had to be done */
async function repairState(path: string, backups: Backups): Promise<Restoration | undefined> {
  const look = (): Damage | undefined => lookQuickly(path);
  const damage = look();
  if (damage === undefined || (await isFreshStart(damage, backups))) return undefined;
  return withStateAlone(path, async () => {
    // Somebody else may have done it meanwhile.
    const left = look();
    if (left === undefined) return undefined;
    return restoreDatabase({ path, damage: left, backups: await backups.list(), now: Date.now() });
  });
}

/**
 * Replaces a database because a person asks for it: by the newest sound backup where it is damaged or gone, or by one that they name.
 * @returns `undefined` when it is sound and none was named
 * @throws {TuttiError} `STATE_CORRUPT`; `INPUT_INVALID` when there is no such backup
 */
export async function restoreState(path: string, backups: Backups, name?: string): Promise<Restoration | undefined> {
  return withStateAlone(path, async () => {
    await finishRestoring(path);
    const all = await backups.list();
    const named = all.filter((backup) => backup.name === name);
    if (name !== undefined && named.length === 0) throw noSuchBackup(name, all);
    const isGone = all.length > 0 && !existsSync(path);
    const damage = isGone ? gone : examineDatabase(path, { how: "full" });
    const wanted: Damage | undefined =
      name === undefined ? damage : { of: "file", problems: ["a person asked for it"] };
    if (wanted === undefined) return undefined;
    return restoreDatabase({ path, damage: wanted, backups: name === undefined ? all : named, now: Date.now() });
  });
}

const gone: Damage = { of: "file", problems: ["the file is gone"] };

function noSuchBackup(name: string, all: readonly Backup[]): TuttiError {
  const hint =
    all.length === 0
      ? "There are none yet"
      : `The newest: ${all
          .slice(0, 3)
          .map((one) => one.name)
          .join(", ")}`;
  return new TuttiError("INPUT_INVALID", `There is no backup ${name}`, { hint });
}

/** Whoever only looks would make a new database of what is left of the old one, and nobody would see the damage any more. */
async function refuseEmptied(path: string, backups: Backups): Promise<void> {
  if (!isEmpty(path) || (await backups.list()).length === 0) return;
  try {
    await withStateAlone(path, () => (isEmpty(path) ? Promise.reject(damaged(path, [emptied])) : Promise.resolve()));
  } catch (thrown) {
    // Somebody is just making it.
    if (isEmpty(path)) throw thrown;
  }
}

const isEmpty = (path: string): boolean =>
  [path, `${path}-wal`].every((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) &&
  existsSync(path);

const lookQuickly = (path: string): Damage | undefined => examineDatabase(path, { how: "quick", maxBytes: quickBytes });

/** An empty file is what a first start leaves that was killed at once. */
const isFreshStart = async ({ problems }: Damage, backups: Backups): Promise<boolean> =>
  problems[0] === emptied && (await backups.list()).length === 0;

/** @throws {TuttiError} `STATE_CORRUPT` while another process has the database open */
async function withStateAlone<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = await lockState(path, { kind: "exclusive", waitMs: 500 }).catch((thrown: unknown) => {
    throw TuttiError.is(thrown) && thrown.code === "STATE_BUSY" ? inUse(path) : thrown;
  });
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function inUse(path: string): TuttiError {
  const { code, message, context } = damaged(path, ["other processes of Tutti still have it open"]);
  return new TuttiError(code, message, {
    context,
    hint: "End them (tutti job list shows what runs), then repeat the command",
  });
}
