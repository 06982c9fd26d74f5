import { lstatSync, readdirSync, readFileSync, type Dirent, type Stats } from "node:fs";

/** Denied to us, or gone since we were told of it: there is nothing to see. */
const invisible = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG", "EISDIR"]);

function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    if (invisible.has(code)) return undefined;
    throw thrown;
  }
}

export const statOf = (path: string): Stats | undefined =>
  orUndefined(() => lstatSync(path, { throwIfNoEntry: false }));

/** `undefined`: it can't be read, which says nothing about what is in it. */
export const entriesOf = (path: string): readonly Dirent[] | undefined =>
  orUndefined(() => readdirSync(path, { withFileTypes: true }));

/** @returns `undefined` for what is no file either: an agent may have put a pipe there, which nobody writes into */
export const textOf = (path: string): string | undefined =>
  statOf(path)?.isFile() === true ? orUndefined(() => readFileSync(path, "utf8")) : undefined;

/** What is remembered of a file, to see whether it has changed. */
export type Sight = {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;
  readonly isLink: boolean;
  /** So young when it was looked at that the next write might leave all its times as they are. */
  isRacy: boolean;
  /** `undefined`: not known. */
  hash: string | null | undefined;
};

/** Coarser than the clock of any file system on a local disk, in milliseconds. */
const clockTickMs = 20;

/** @returns `undefined` for what is neither a file nor a symbolic link */
export function sightOf(stats: Stats | undefined, now: number): Sight | undefined {
  if (stats === undefined || !(stats.isFile() || stats.isSymbolicLink())) return undefined;
  const { size, mtimeMs, ctimeMs, ino, mode } = stats;
  const isRacy = now - Math.max(mtimeMs, ctimeMs) < clockTickMs;
  return { size, mtimeMs, ctimeMs, ino, mode, isLink: stats.isSymbolicLink(), isRacy, hash: undefined };
}

/** - `same`, - `perhaps`: only the content can tell, - `changed` */
export function compare(before: Sight, now: Sight): "same" | "perhaps" | "changed" {
  const isSameFile = before.ino === now.ino && before.mode === now.mode && before.size === now.size;
  if (!isSameFile || before.mtimeMs !== now.mtimeMs) return "changed";
  return before.ctimeMs !== now.ctimeMs || before.isRacy ? "perhaps" : "same";
}
