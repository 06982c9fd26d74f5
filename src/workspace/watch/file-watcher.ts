import { setImmediate as nextTurn } from "node:timers/promises";
import { join } from "node:path";
import type { FileChange } from "../../domain/watch/file-change.ts";
import { ContentHasher } from "./content-hash.ts";
import { DirectoryWatches, noWatches, RecursiveWatch, type Heard, type Watches } from "./directory-watches.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import { Picture, type Finding } from "./picture.ts";
import { Slices } from "./slices.ts";

/**
 * - `directories` one watch for each folder; what is ignored costs none
 * - `recursive` one watch of the system's for the whole tree
 * - `polling` nobody tells us: the tree is looked at again and again
 */
export type WatchMode = "directories" | "recursive" | "polling";

export type FileWatcherOptions = {
  /** Absolute. It may go away and come back. */
  readonly root: string;
  /** Called with what has changed, in batches. */
  readonly onChanges: (changes: readonly FileChange[]) => void;
  /** Called when the system has no watches to give and the tree is polled from now on, and when a look failed. */
  readonly onTrouble?: (reason: string) => void;
  /** Patterns of a `.gitignore` besides those of the tree. `.git` is always left out. */
  readonly ignore?: readonly string[];
  /** How long changes are collected before they are reported. Default 75. */
  readonly debounceMs?: number;
  /** Time between two looks while polling, longer where a look takes long. Default 1,000. */
  readonly pollMs?: number;
  /** Time between two looks at the whole tree for what was not heard of; 0: none. Default 60,000. */
  readonly reconcileMs?: number;
  /** Files that changed later than this (milliseconds since the Unix epoch) are reported although they stand there at the start. Default: none. */
  readonly since?: number;
  /** Larger files are reported without a hash. Default 64 MiB. */
  readonly maxHashBytes?: number;
  /** Default: `directories` on Linux, `recursive` elsewhere. */
  readonly mode?: WatchMode;
  /** Milliseconds since the Unix epoch. Default: the system's clock. */
  readonly now?: () => number;
};

export interface FileWatcher {
  readonly mode: WatchMode;
  /** Folders that the system watches for us. */
  readonly watchCount: number;
  /** From then on nothing that happens is missed by intent. */
  readonly ready: Promise<void>;
  /** Resolves when all that had happened before the call is reported, as far as it was heard of. */
  settle(): Promise<void>;
  /**
   * Looks at the whole tree and reports what had not been heard of: a lost event is not a lost fact.
   * @returns what was found
   */
  reconcile(): Promise<readonly FileChange[]>;
  /** Every file that is not ignored, as it was last seen; the hash is `undefined` where it was never read. */
  files(): ReadonlyMap<string, { readonly size: number; readonly hash: string | null | undefined }>;
  /** Reports what was heard of until then; before it is ready: nothing. Never throws. */
  close(): Promise<void>;
}

/** So many hints at once may have made the system drop some. */
const suspiciousHints = 4_000;
const pollShare = 10;

/** Watches the files of a tree. It never keeps the process alive. */
export function watchFiles(options: FileWatcherOptions): FileWatcher {
  return new TreeWatcher(options);
}

class TreeWatcher implements FileWatcher {
  readonly ready: Promise<void>;
  readonly #options: FileWatcherOptions;
  readonly #now: () => number;
  readonly #slices = new Slices();
  readonly #hasher: ContentHasher;
  readonly #picture: Picture;
  readonly #hints = new Map<string, boolean>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #mode: WatchMode;
  #watches: Watches;
  #hintCount = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  /** One thing after another: the picture has one painter. */
  #work: Promise<unknown> = Promise.resolve();
  #isReady = false;
  #isClosed = false;
  #reconciledAt = performance.now();

  constructor(options: FileWatcherOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#hasher = new ContentHasher(options.maxHashBytes ?? 64 * 1024 * 1024);
    this.#mode = options.mode ?? (process.platform === "linux" ? "directories" : "recursive");
    this.#watches = watchesFor(this.#mode, options.root, this.#heard);
    this.#picture = new Picture({
      root: options.root,
      rules: new IgnoreRules(options.ignore ?? []),
      watches: () => this.#watches,
      slices: this.#slices,
      now: Date.now,
      since: options.since ?? Number.POSITIVE_INFINITY,
    });
    this.ready = this.#inTurn(async () => {
      await this.#report(await this.#picture.begin());
      this.#isReady = true;
      this.#lookAfter(this.#pauseMs(0));
    });
    // Whoever awaits it is told; a failure must not count as unhandled where nobody does.
    this.ready.catch(() => undefined);
  }

  get mode(): WatchMode {
    return this.#mode;
  }

  get watchCount(): number {
    return this.#watches.count;
  }

  files(): ReadonlyMap<string, { readonly size: number; readonly hash: string | null | undefined }> {
    return new Map(this.#picture.files());
  }

  async settle(): Promise<void> {
    await this.ready;
    do {
      // The system's queue is read between two turns of the event loop.
      await nextTurn();
      await nextTurn();
      if (this.#mode === "polling") await this.reconcile();
      await this.#flush();
    } while (this.#hints.size > 0);
  }

  reconcile(): Promise<readonly FileChange[]> {
    this.#reconciledAt = performance.now();
    return this.#inTurn(async () => this.#report(await this.#picture.scan("", { isDeep: true, isRenewed: false })));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#isReady) await this.settle().catch((thrown: unknown) => this.#tell(thrown));
    this.#isClosed = true;
    this.#picture.stop();
    clearTimeout(this.#flushTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#watches.closeAll();
    await this.#work;
  }

  readonly #heard: Heard = {
    onPath: (path, isNewName) => {
      if (this.#isClosed) return;
      this.#hintCount += 1;
      this.#hints.set(path, isNewName || this.#hints.get(path) === true);
      this.#flushTimer ??= setTimeout(() => this.#soon(this.#flush()), this.#options.debounceMs ?? 75).unref();
    },
    onLimit: (code) => this.#startPolling(code),
  };

  #startPolling(code: string): void {
    if (this.#mode === "polling") return;
    this.#mode = "polling";
    this.#watches.closeAll();
    this.#watches = noWatches;
    this.#options.onTrouble?.(
      `the system has no more file watches to give (${code}): the files are looked at again and again instead`,
    );
  }

  #flush(): Promise<unknown> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    return this.#inTurn(() => this.#lookAtHints());
  }

  async #lookAtHints(): Promise<void> {
    const hints = [...this.#hints].toSorted(([a], [b]) => a.length - b.length);
    const isSuspicious = this.#hintCount >= suspiciousHints;
    this.#hints.clear();
    this.#hintCount = 0;
    const found: Finding[] = [];
    for (const [path, isNewName] of hints) {
      if (this.#slices.isOver) await this.#slices.rest();
      found.push(...(await this.#picture.look(path, isNewName)));
    }
    if (isSuspicious) found.push(...(await this.#picture.scan("", { isDeep: true, isRenewed: false })));
    await this.#report(found);
  }

  /** The last of several findings about a file holds. */
  async #report(found: readonly Finding[]): Promise<readonly FileChange[]> {
    const changes: FileChange[] = [];
    for (const finding of merged(found)) {
      if (this.#slices.isOver) await this.#slices.rest();
      const change = await this.#changeOf(finding);
      if (change !== undefined) changes.push(change);
    }
    if (changes.length > 0) this.#options.onChanges(changes);
    return changes;
  }

  async #changeOf({ kind, path, sight, isUnsure, hashBefore }: Finding): Promise<FileChange | undefined> {
    const at = this.#now();
    if (kind === "deleted") return { kind, path, size: null, hash: null, at };
    const { size, isLink } = sight;
    const hash = await this.#hasher.hash({ absolutePath: join(this.#options.root, path), size, isLink });
    sight.hash = hash;
    if (kind === "seen" || (isUnsure && hash !== null && hash === hashBefore)) return undefined;
    return { kind, path, size, hash, at };
  }

  /** Nobody waits for it. */
  #soon(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => this.#tell(thrown));
  }

  #tell(thrown: unknown): void {
    this.#options.onTrouble?.(thrown instanceof Error ? thrown.message : String(thrown));
  }

  #lookAfter(delayMs: number): void {
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#soon(this.#lookAgain());
    }, delayMs).unref();
    this.#timers.add(timer);
  }

  async #lookAgain(): Promise<void> {
    const startedAt = performance.now();
    const { reconcileMs = 60_000 } = this.#options;
    const isDue = reconcileMs > 0 && startedAt - this.#reconciledAt >= reconcileMs;
    try {
      if (this.#mode === "polling" || !this.#picture.isRootThere || isDue) await this.reconcile();
    } finally {
      this.#lookAfter(this.#pauseMs(performance.now() - startedAt));
    }
  }

  /** A look that takes long is taken less often. */
  #pauseMs(tookMs: number): number {
    const { pollMs = 1_000 } = this.#options;
    return Math.max(pollMs, tookMs * pollShare);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => undefined);
    return result;
  }
}

function watchesFor(mode: WatchMode, root: string, heard: Heard): Watches {
  if (mode === "polling") return noWatches;
  return mode === "recursive" ? new RecursiveWatch(root, heard) : new DirectoryWatches(root, heard);
}

/** One finding for each file: what it was at first against what it is at last. */
function merged(found: readonly Finding[]): Iterable<Finding> {
  const byPath = new Map<string, Finding>();
  for (const finding of found) {
    const earlier = byPath.get(finding.path);
    byPath.delete(finding.path);
    const joined = earlier === undefined ? finding : joinedFinding(earlier, finding);
    if (joined !== undefined) byPath.set(finding.path, joined);
  }
  return byPath.values();
}

function joinedFinding(earlier: Finding, later: Finding): Finding | undefined {
  const { hashBefore } = earlier;
  if (later.kind === "deleted") return earlier.kind === "added" ? undefined : { ...later, hashBefore };
  if (earlier.kind === "added") return { ...later, kind: "added", isUnsure: false };
  if (earlier.kind === "deleted") return { ...later, kind: "modified", isUnsure: true, hashBefore };
  return { ...later, hashBefore };
}
