import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const prefixOf = (file: string): string => `.${basename(file)}.tutti-`;

/** A file that is written whole but not yet in place. */
export type Replacement = {
  /** Puts it in place of the old one in one step, so that nobody ever reads half a file. */
  readonly commit: () => void;
  readonly discard: () => void;
};

/** Writes a new content beside the file and brings it to the disk. The file keeps its permissions. */
export function prepareReplacement(file: string, content: string): Replacement {
  const path = join(dirname(file), `${prefixOf(file)}${randomUUID()}`);
  const mode = (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777;
  const discard = (): void => rmSync(path, { force: true });
  try {
    writeSynced(path, { content, mode });
  } catch (error) {
    discard();
    throw error;
  }
  const commit = (): void => {
    renameSync(path, file);
    syncFolder(dirname(file));
  };
  return { commit, discard };
}

/** Removes what writers that were killed have left. Only for who holds the file's lock. */
export function removeLeftovers(file: string): void {
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(prefixOf(file)));
  for (const name of names) rmSync(join(dirname(file), name), { force: true });
}

function writeSynced(path: string, { content, mode }: { readonly content: string; readonly mode: number }): void {
  const descriptor = openSync(path, "wx", mode);
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A rename is durable only with its folder. Windows can't open one, and doesn't need it. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
