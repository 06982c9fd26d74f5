import type { Stats } from "node:fs";
import { posix } from "node:path";
import type { Watches } from "./directory-watches.ts";
import type { IgnoreRules } from "./ignore-rules.ts";
import { compare, entriesOf, sightOf, statOf, textOf, type Sight } from "./look.ts";
import type { Slices } from "./slices.ts";

/** What a look has found: a hint until the content was compared. */
export type Finding = {
  /** `seen`: no change; what it holds is to be known, because its next state may look the same. */
  readonly kind: "added" | "modified" | "deleted" | "seen";
  readonly path: string;
  /** As it is now; of a deleted file: as it was. */
  readonly sight: Sight;
  /** Whether only the content can tell that there is a change. */
  readonly isUnsure: boolean;
  /** What the content was before. */
  readonly hashBefore: string | null | undefined;
};

type Folder = {
  readonly ino: number;
  readonly birthtimeMs: number;
  /** Of the folders above. */
  readonly outerRules: IgnoreRules;
  readonly gitignore: string | undefined;
  /** Its own `.gitignore` included. */
  readonly rules: IgnoreRules;
  /** By name; ignored ones too. */
  readonly files: Map<string, Sight>;
  /** Names. */
  readonly folders: Set<string>;
};

export type PictureOptions = {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly watches: () => Watches;
  readonly slices: Slices;
  readonly now: () => number;
  /** In the first scan: what is younger counts as a change. */
  readonly since: number;
};

type Scan = {
  /** Also the folders that are known already. */
  readonly isDeep: boolean;
  /** The watches of known folders may be dead. */
  readonly isRenewed: boolean;
};

/** The files of a tree as they were last seen. Symbolic links are not followed, what is ignored is never entered. */
export class Picture {
  readonly #options: PictureOptions;
  readonly #folders = new Map<string, Folder>();
  #isComplete = false;
  #isStopped = false;

  constructor(options: PictureOptions) {
    this.#options = options;
  }

  /** The first look: the files that are there are no findings, unless they are younger than `since`. */
  async begin(): Promise<readonly Finding[]> {
    const found = await this.scan("", { isDeep: true, isRenewed: false });
    this.#isComplete = true;
    return found;
  }

  /** A look at many files is given up. */
  stop(): void {
    this.#isStopped = true;
  }

  get isRootThere(): boolean {
    return this.#folders.has("");
  }

  /** Every file that is not ignored. */
  *files(): IterableIterator<readonly [path: string, sight: Sight]> {
    for (const [path, folder] of this.#folders) {
      for (const [name, sight] of folder.files) {
        const file = inside(path, name);
        if (!folder.rules.ignores(file, false)) yield [file, sight];
      }
    }
  }

  /** Looks at one path, and at all that is below when it has a new name. */
  async look(path: string, isNewName: boolean): Promise<readonly Finding[]> {
    if (path === "") return this.scan("", { isDeep: isNewName, isRenewed: isNewName });
    const [above, name] = [posix.dirname(path).replace(/^\.$/, ""), posix.basename(path)];
    const folder = this.#folders.get(above);
    if (folder === undefined) return this.#isIgnoredFolder(above) ? [] : this.look(above, false);
    const found: Finding[] = [];
    const stats = statOf(this.#absolute(path));
    if (stats?.isDirectory() === true) return this.#lookAtFolder({ path, name, folder, isNewName });
    if (folder.folders.has(name)) this.#drop(path, found);
    this.#lookAtFile({ folder, path, name }, sightOf(stats, this.#options.now()), found);
    if (name === ".gitignore") found.push(...(await this.scan(above, { isDeep: false, isRenewed: false })));
    return found;
  }

  async #lookAtFolder(place: Place & { readonly isNewName: boolean }): Promise<readonly Finding[]> {
    const { path, name, folder, isNewName } = place;
    const found: Finding[] = [];
    this.#lookAtFile(place, undefined, found);
    if (folder.rules.ignores(path, true)) return found;
    if (folder.folders.has(name) && !isNewName) return found;
    folder.folders.add(name);
    return [...found, ...(await this.scan(path, { isDeep: true, isRenewed: true }))];
  }

  /** Looks at a folder and at those below that are new, or, when it is deep, at all of them. */
  async scan(start: string, how: Scan): Promise<readonly Finding[]> {
    const found: Finding[] = [];
    const open: { readonly path: string; readonly how: Scan }[] = [{ path: start, how }];
    for (let next = open.pop(); next !== undefined && !this.#isStopped; next = open.pop()) {
      if (this.#options.slices.isOver) await this.#options.slices.rest();
      open.push(...this.#scanFolder(next.path, next.how, found));
    }
    return found;
  }

  #scanFolder(path: string, how: Scan, found: Finding[]): readonly { path: string; how: Scan }[] {
    const stats = statOf(this.#absolute(path));
    if (stats?.isDirectory() !== true) {
      this.#drop(path, found);
      return [];
    }
    const before = this.#folders.get(path);
    const isSame = before !== undefined && before.ino === stats.ino && before.birthtimeMs === stats.birthtimeMs;
    // Watched first, listed then: what is made meanwhile is heard or seen.
    if (!isSame || how.isRenewed) this.#options.watches().open(path);
    const entries = entriesOf(this.#absolute(path));
    if (entries === undefined) return [];
    const folder = this.#enter(path, stats, before);
    this.#noteNewlyVisible({ path, folder, before }, found);
    const inner = { isDeep: how.isDeep || folder.rules !== before?.rules, isRenewed: how.isRenewed || !isSame };
    const names = new Set(entries.map(({ name }) => name));
    for (const name of [...folder.files.keys()].filter((known) => !names.has(known))) {
      this.#lookAtFile({ folder, path: inside(path, name), name }, undefined, found);
    }
    for (const name of [...folder.folders].filter((known) => !names.has(known))) this.#drop(inside(path, name), found);
    const below: { path: string; how: Scan }[] = [];
    for (const entry of entries) {
      const place = { folder, path: inside(path, entry.name), name: entry.name };
      if (this.#lookAtEntry(place, entry.isDirectory(), found)) below.push({ path: place.path, how: inner });
      else if (inner.isDeep && folder.folders.has(entry.name)) below.push({ path: place.path, how: inner });
    }
    return below;
  }

  /** @returns whether it is a folder that was not known */
  #lookAtEntry(place: Place, isDirectory: boolean, found: Finding[]): boolean {
    const { folder, path, name } = place;
    if (!isDirectory) {
      if (folder.folders.has(name)) this.#drop(path, found);
      const absolute = this.#absolute(path);
      this.#lookAtFile(place, sightOf(statOf(absolute), this.#options.now()), found);
      return false;
    }
    this.#lookAtFile(place, undefined, found);
    if (folder.rules.ignores(path, true)) {
      // It was not before: its files are still there, so nothing was deleted.
      if (folder.folders.has(name)) this.#drop(path, undefined);
      return false;
    }
    const isKnown = folder.folders.has(name);
    folder.folders.add(name);
    return !isKnown;
  }

  #enter(path: string, stats: Stats, before: Folder | undefined): Folder {
    const outerRules =
      path === "" ? this.#options.rules : (this.#folders.get(parentOf(path))?.rules ?? this.#options.rules);
    const gitignore = textOf(this.#absolute(inside(path, ".gitignore")));
    const areSame = before !== undefined && before.outerRules === outerRules && before.gitignore === gitignore;
    const rules = areSame ? before.rules : gitignore === undefined ? outerRules : outerRules.within(path, gitignore);
    const { ino, birthtimeMs } = stats;
    const { files = new Map<string, Sight>(), folders = new Set<string>() } = before ?? {};
    const folder = { ino, birthtimeMs, outerRules, gitignore, rules, files, folders };
    this.#folders.set(path, folder);
    return folder;
  }

  /** What was ignored until now and isn't any more is new to whoever follows. */
  #noteNewlyVisible(
    { path, folder, before }: { path: string; folder: Folder; before: Folder | undefined },
    found: Finding[],
  ): void {
    if (before === undefined || before.rules === folder.rules) return;
    for (const [name, sight] of folder.files) {
      const file = inside(path, name);
      const isNew = before.rules.ignores(file, false) && !folder.rules.ignores(file, false);
      if (isNew) found.push({ kind: "added", path: file, sight, isUnsure: false, hashBefore: undefined });
    }
  }

  /** @param now - `undefined`: there is no such file */
  #lookAtFile({ folder, path, name }: Place, now: Sight | undefined, found: Finding[]): void {
    const before = folder.files.get(name);
    const finding = now === undefined ? goneSince(path, before) : this.#changeSince(path, before, now);
    if (now === undefined) folder.files.delete(name);
    else folder.files.set(name, now);
    if (finding !== undefined && !folder.rules.ignores(path, false)) found.push(finding);
  }

  #changeSince(path: string, before: Sight | undefined, sight: Sight): Finding | undefined {
    if (before === undefined) return this.#isComplete ? added(path, sight) : this.#youngIn(path, sight);
    const hashBefore = before.hash;
    sight.hash = hashBefore;
    const verdict = compare(before, sight);
    if (verdict === "same" || (verdict === "perhaps" && typeof hashBefore !== "string")) return undefined;
    return { kind: "modified", path, sight, isUnsure: verdict === "perhaps" || before.mode === sight.mode, hashBefore };
  }

  /** In the first scan. */
  #youngIn(path: string, sight: Sight): Finding | undefined {
    if (sight.ctimeMs > this.#options.since) return added(path, sight);
    return sight.isRacy ? { kind: "seen", path, sight, isUnsure: true, hashBefore: undefined } : undefined;
  }

  /** @param found - `undefined`: its files are not gone, only out of sight */
  #drop(path: string, found: Finding[] | undefined): void {
    const folder = this.#folders.get(path);
    if (path !== "") this.#folders.get(parentOf(path))?.folders.delete(posix.basename(path));
    if (folder === undefined) return;
    this.#options.watches().close(path);
    for (const name of [...folder.folders]) this.#drop(inside(path, name), found);
    for (const [name, sight] of folder.files) {
      const file = inside(path, name);
      if (found === undefined || folder.rules.ignores(file, false)) continue;
      found.push({ kind: "deleted", path: file, sight, isUnsure: false, hashBefore: sight.hash });
    }
    this.#folders.delete(path);
  }

  #isIgnoredFolder(path: string): boolean {
    if (path === "") return true;
    const above = this.#folders.get(parentOf(path));
    return above === undefined ? this.#isIgnoredFolder(parentOf(path)) : above.rules.ignores(path, true);
  }

  #absolute(path: string): string {
    return path === "" ? this.#options.root : `${this.#options.root}/${path}`;
  }
}

type Place = { readonly folder: Folder; readonly path: string; readonly name: string };

const inside = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);
const parentOf = (path: string): string => posix.dirname(path).replace(/^\.$/, "");

const added = (path: string, sight: Sight): Finding => ({
  kind: "added",
  path,
  sight,
  isUnsure: false,
  hashBefore: undefined,
});

const goneSince = (path: string, before: Sight | undefined): Finding | undefined =>
  before && { kind: "deleted", path, sight: before, isUnsure: false, hashBefore: before.hash };
