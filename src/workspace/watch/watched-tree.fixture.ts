import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import xxhash from "xxhash-wasm";
import type { FileChange } from "../../domain/watch/file-change.ts";
import { watchFiles, type FileWatcher, type FileWatcherOptions } from "./file-watcher.ts";

const api = await xxhash();

export const hashOf = (text: string): string => api.h64ToString(text).padStart(16, "0");

export const said = (changes: readonly FileChange[]): readonly string[] =>
  changes.map(({ kind, path }) => `${kind} ${path}`).toSorted();

export const visible = (watcher: FileWatcher): readonly string[] => [...watcher.files().keys()].toSorted();

/** A folder for each test, and watchers on it that are closed in the end. */
export function watchedTree() {
  let root = "";
  let open: FileWatcher[] = [];
  beforeEach(async () => {
    root = await fs.mkdtemp(join(tmpdir(), "tutti-watch-"));
    open = [];
  });
  afterEach(async () => {
    for (const watcher of open) await watcher.close();
    await fs.rm(root, { recursive: true, force: true });
  });
  const at = (path: string): string => join(root, path);
  return {
    root: () => root,
    at,
    write: async (path: string, text: string): Promise<void> => {
      await fs.mkdir(dirname(at(path)), { recursive: true });
      await fs.writeFile(at(path), text);
    },
    watching: async (options: Partial<FileWatcherOptions> = {}) => {
      const changes: FileChange[] = [];
      const onChanges = (batch: readonly FileChange[]) => changes.push(...batch);
      const watcher = watchFiles({ root, debounceMs: 10, reconcileMs: 0, onChanges, ...options });
      open.push(watcher);
      await watcher.ready;
      return { watcher, changes };
    },
    /** What a fresh look at the disk finds: the content of each file, the target of each link. */
    onDisk: async (): Promise<Map<string, string>> => {
      const found = new Map<string, string>();
      const entries = await fs.readdir(root, { withFileTypes: true, recursive: true });
      for (const entry of entries.filter((candidate) => !candidate.isDirectory())) {
        const absolute = join(entry.parentPath, entry.name);
        const text = entry.isSymbolicLink() ? await fs.readlink(absolute) : await fs.readFile(absolute, "utf8");
        found.set(absolute.slice(root.length + 1), text);
      }
      return found;
    },
  };
}
