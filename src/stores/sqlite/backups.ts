import { chmod, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { TuttiError } from "../../domain/errors.ts";
import { examineDatabase } from "./examine-database.ts";
import { storeErrorOf } from "./sqlite-errors.ts";

export type Backup = {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly bytes: number;
};

export type BackupOptions = {
  /** Of the database. */
  readonly path: string;
  readonly folder: string;
  /** Older ones are removed. */
  readonly keep: number;
  /** Milliseconds since the Unix epoch. Default: the system's clock. */
  readonly now?: () => number;
};

const form = /^state-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z\.db$/;
/** Whoever began a copy so long ago has died over it. */
const abandonedMs = 600_000;
/** Two that begin in the same moment must not share a file. */
let madeHere = 0;
/** All at once: in parts, each write of another process would begin the copy anew. */
const pagesAtOnce = 2_147_483_647;

/** Copies of a database that can stand in for it: whole, checked, and without a log beside them. */
export class Backups {
  readonly #options: BackupOptions;

  constructor(options: BackupOptions) {
    this.#options = options;
  }

  /** The newest first. */
  async list(): Promise<readonly Backup[]> {
    const { folder } = this.#options;
    const names = (await namesIn(folder)).filter((name) => form.test(name));
    const backups = names.map(async (name) => {
      const path = join(folder, name);
      // Another process may be removing it.
      const bytes = (await stat(path).catch(ifGone))?.size;
      return bytes === undefined ? [] : [{ name, path, at: timeOf(name), bytes }];
    });
    return (await Promise.all(backups)).flat().toSorted((a, b) => b.at - a.at);
  }

  /**
   * Copies the database while others write to it, off this thread, and checks the copy.
   * @returns `undefined` when nothing was written since the last one
   * @throws {TuttiError} `STATE_CORRUPT` when the copy is not sound: what was kept before stays
   */
  async make(): Promise<Backup | undefined> {
    const { folder, now = Date.now } = this.#options;
    const startedAt = now();
    const [last] = await this.list();
    if (last !== undefined && last.at >= (await this.#writtenAt())) return undefined;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = nameOf(startedAt);
    madeHere += 1;
    const part = join(folder, `${name}.${process.pid}-${madeHere}.part`);
    try {
      await this.#copyTo(part);
      await rename(part, join(folder, name));
    } finally {
      await rm(part, { force: true });
    }
    await this.#prune();
    const path = join(folder, name);
    return { name, path, at: startedAt, bytes: (await stat(path)).size };
  }

  async #copyTo(part: string): Promise<void> {
    const { path } = this.#options;
    const source = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    try {
      await backup(source, part, { rate: pagesAtOnce });
    } catch (thrown) {
      throw storeErrorOf(thrown, path);
    } finally {
      source.close();
    }
    await chmod(part, 0o600);
    withoutLog(part);
    const damage = examineDatabase(part, { how: "quick" });
    if (damage !== undefined) throw damaged(path, damage.problems);
    await flush(part);
  }

  async #prune(): Promise<void> {
    const { folder, keep, now = Date.now } = this.#options;
    for (const { path } of (await this.list()).slice(keep)) await rm(path, { force: true });
    for (const name of (await namesIn(folder)).filter((entry) => /\.part(-\w+)?$/.test(entry))) {
      const madeAt = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0;
      if (madeAt < now() - abandonedMs) await rm(join(folder, name), { force: true });
    }
  }

  async #writtenAt(): Promise<number> {
    const { path } = this.#options;
    const files = await Promise.all([path, `${path}-wal`].map((file) => stat(file).catch(() => undefined)));
    // A log without anything in it is made by whoever only reads.
    return Math.max(...files.map((file) => (file === undefined || file.size === 0 ? 0 : file.mtimeMs)));
  }
}

export const damaged = (path: string, problems: readonly string[]): TuttiError =>
  new TuttiError("STATE_CORRUPT", `The database ${path} is damaged: ${problems[0] ?? "unknown"}`, {
    hint: "Put the last good backup in its place: tutti state restore (tutti resume does so by itself)",
    context: { path, problems: [...problems] },
  });

/** The copy is one file, whoever opens it. */
function withoutLog(path: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = DELETE");
  } catch (thrown) {
    throw storeErrorOf(thrown, path);
  } finally {
    database.close();
  }
}

export async function flush(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const nameOf = (at: number): string => `state-${new Date(at).toISOString().replaceAll(":", "")}.db`;

const timeOf = (name: string): number => {
  const [, day = "", hour = "", minute = "", second = ""] = form.exec(name) ?? [];
  return Date.parse(`${day}T${hour}:${minute}:${second}Z`);
};

const namesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder).catch(ifGone)) ?? [];

function ifGone(thrown: unknown): undefined {
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
  throw thrown;
}
