import { type FSWatcher, watch } from "node:fs";
import { basename, join, sep } from "node:path";

/** Where a watcher hears that something may have happened. */
export interface Watches {
  /** From now on what happens in the folder is heard; one that was watched before is watched anew. */
  open(folder: string): void;
  close(folder: string): void;
  closeAll(): void;
  /** Folders that are watched by themselves. */
  readonly count: number;
}

export type Heard = {
  /** @param isNewName - it was made, removed or renamed; else its content or its attributes changed */
  readonly onPath: (path: string, isNewName: boolean) => void;
  /** The system has no more watches to give. */
  readonly onLimit: (code: string) => void;
};

const limitCodes = new Set(["ENOSPC", "EMFILE", "ENFILE"]);

/** One watch for each folder, so that what is ignored costs none. On Linux: one inotify watch each. */
export class DirectoryWatches implements Watches {
  readonly #root: string;
  readonly #heard: Heard;
  readonly #open = new Map<string, FSWatcher>();

  constructor(root: string, heard: Heard) {
    this.#root = root;
    this.#heard = heard;
  }

  open(folder: string): void {
    this.close(folder);
    const absolute = join(this.#root, folder);
    const self = basename(absolute);
    const watcher = watchOrTell(absolute, false, this.#heard);
    if (watcher === undefined) return;
    watcher.on("change", (type, name) => {
      const entry = String(name ?? "");
      // The folder itself is told of by its own name when it goes away.
      if (entry === "" || entry === self) this.#heard.onPath(folder, true);
      if (entry !== "") this.#heard.onPath(folder === "" ? entry : `${folder}/${entry}`, type === "rename");
    });
    watcher.on("error", () => {
      this.close(folder);
      this.#heard.onPath(folder, true);
    });
    this.#open.set(folder, watcher);
  }

  close(folder: string): void {
    this.#open.get(folder)?.close();
    this.#open.delete(folder);
  }

  closeAll(): void {
    for (const watcher of this.#open.values()) watcher.close();
    this.#open.clear();
  }

  get count(): number {
    return this.#open.size;
  }
}

/** One watch for the whole tree, where the system itself has such. */
export class RecursiveWatch implements Watches {
  readonly #root: string;
  readonly #heard: Heard;
  #watcher: FSWatcher | undefined;

  constructor(root: string, heard: Heard) {
    this.#root = root;
    this.#heard = heard;
  }

  open(folder: string): void {
    if (folder !== "") return;
    this.closeAll();
    const watcher = watchOrTell(this.#root, true, this.#heard);
    watcher?.on("change", (_type, name) => {
      const path = String(name ?? "")
        .split(sep)
        .join("/");
      this.#heard.onPath(path === basename(this.#root) ? "" : path, true);
      if (path === basename(this.#root)) this.#heard.onPath(path, true);
    });
    watcher?.on("error", () => {
      this.closeAll();
      this.#heard.onPath("", true);
    });
    this.#watcher = watcher;
  }

  close(folder: string): void {
    if (folder === "") this.closeAll();
  }

  closeAll(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  get count(): number {
    return this.#watcher === undefined ? 0 : 1;
  }
}

/** Nothing is heard: somebody has to look. */
export const noWatches: Watches = {
  open: () => undefined,
  close: () => undefined,
  closeAll: () => undefined,
  count: 0,
};

/** A folder that went away or may not be read is found by whoever looks at it next. */
function watchOrTell(path: string, recursive: boolean, heard: Heard): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false, recursive });
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    if (limitCodes.has(code)) heard.onLimit(code);
    else if (!["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(code)) throw thrown;
    return undefined;
  }
}
