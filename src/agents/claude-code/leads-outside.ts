import { readdirSync, realpathSync, type Dirent } from "node:fs";
import { join, posix } from "node:path";

/**
 * Whether a mention's path leads out of a folder: as an absolute path, by `~` or `..`, or by a symbolic link on its way. In doubt
 * it does. An absolute path whose first part names nothing is none: code has names such as `@/components`.
 */
export function outsideOf(cwd: string): (path: string) => boolean {
  const roots = [cwd, realPath(cwd) ?? cwd].map((root) => posix.normalize(root).replace(/\/$/, ""));
  const read = cachedReader();
  const leadsOut = (folder: string, { name }: Dirent): boolean => {
    const target = realPath(join(folder, name));
    return target === undefined || !roots.some((root) => isBelow(root, target));
  };
  const walksOut = (parts: readonly string[]): boolean => {
    // A folder that isn't there has nothing below it, but `..` leads out of it all the same.
    const folders: (string | undefined)[] = [cwd];
    for (const part of parts) {
      if (part === "" || part === ".") continue;
      if (isParent(part)) folders.pop();
      if (folders.length === 0) return true;
      if (isParent(part)) continue;
      const folder = folders.at(-1);
      const links = read(folder).filter((entry) => entry.isSymbolicLink() && beginsWith(part, entry.name));
      if (folder !== undefined && links.some((link) => leadsOut(folder, link))) return true;
      const next = read(folder).find(({ name }) => folded(name) === folded(part));
      folders.push(folder === undefined || next === undefined ? undefined : join(folder, next.name));
    }
    return false;
  };
  return (path) => {
    if (/^~(?!\w)/.test(path)) return true;
    if (!path.startsWith("/")) return walksOut(path.split("/"));
    const absolute = posix.normalize(path);
    const root = roots.find((candidate) => isBelow(candidate, absolute));
    if (root !== undefined) return walksOut(absolute.slice(root.length).split("/"));
    const [, first = ""] = absolute.split("/");
    return !/^[\w.-]/.test(first) || read("/").some(({ name }) => beginsWith(first, name));
  };
}

const isBelow = (root: string, path: string): boolean => path === root || path.startsWith(`${root}/`);

/** Claude Code leaves out what stands behind a path: a full stop, a bracket. */
const isParent = (part: string): boolean => /^\.\.(?![\w.])/.test(part);

const beginsWith = (part: string, name: string): boolean =>
  folded(part).startsWith(folded(name)) && !/^\w/.test(folded(part).slice(folded(name).length));

/** Some file systems tell neither case nor composed letters apart. */
const folded = (name: string): string => name.normalize("NFC").toLowerCase();

const realPath = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    // A link into nothing: what it leads to may be there when the agent looks.
    return undefined;
  }
};

function cachedReader(): (folder: string | undefined) => readonly Dirent[] {
  const known = new Map<string, readonly Dirent[]>();
  return (folder) => {
    if (folder === undefined) return [];
    const entries = known.get(folder) ?? entriesOf(folder);
    known.set(folder, entries);
    return entries;
  };
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A file, or what may not be read: nothing below it can be named.
    return [];
  }
}
