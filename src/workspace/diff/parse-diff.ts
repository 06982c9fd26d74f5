import { splitNul } from "../git/nul-list.ts";

export type ChangeStatus = "added" | "modified" | "deleted" | "renamed" | "copied" | "type-changed";
export type FileKind = "file" | "executable" | "symlink" | "submodule";

export type FileChange = {
  /** Relative to the repository's top folder. */
  readonly path: string;
  readonly status: ChangeStatus;
  /** Where it was, for `renamed` and `copied`. */
  readonly oldPath?: string;
  /** What it is now; for `deleted`, what it was. */
  readonly kind: FileKind;
  /** Lines; 0 for binary files. */
  readonly added: number;
  readonly deleted: number;
  readonly isBinary: boolean;
};

const statuses: Readonly<Record<string, ChangeStatus>> = {
  A: "added",
  M: "modified",
  D: "deleted",
  R: "renamed",
  C: "copied",
  T: "type-changed",
};

const kinds: Readonly<Record<string, FileKind>> = {
  "100755": "executable",
  "120000": "symlink",
  "160000": "submodule",
};

type RawChange = Pick<FileChange, "path" | "status" | "oldPath" | "kind">;
type LineCounts = Pick<FileChange, "added" | "deleted" | "isBinary">;

/** Parses `git diff-tree -r -z --raw --numstat`: all raw entries come first, then the counts, both in the same order. */
export function parseDiff(output: string): readonly FileChange[] {
  const entries = splitNul(output);
  const { changes, next } = readRaw(entries);
  const counts = readCounts(entries, next);
  return changes.map((change, index) => ({ ...change, ...(counts[index] ?? noLines) }));
}

const noLines: LineCounts = { added: 0, deleted: 0, isBinary: false };

/** `:<old mode> <new mode> <old id> <new id> <status>` NUL path NUL, with a second path after a rename or copy. */
function readRaw(entries: readonly string[]): { readonly changes: readonly RawChange[]; readonly next: number } {
  const changes: RawChange[] = [];
  let at = 0;
  for (let head = entries[at]; head?.startsWith(":") === true; head = entries[at]) {
    const [oldMode = "", newMode = "", , , letters = ""] = head.slice(1).split(" ");
    const status = statuses[letters.charAt(0)] ?? "modified";
    const isMoved = status === "renamed" || status === "copied";
    const first = entries[at + 1] ?? "";
    const kind = kinds[status === "deleted" ? oldMode : newMode] ?? "file";
    changes.push(
      isMoved ? { path: entries[at + 2] ?? "", status, oldPath: first, kind } : { path: first, status, kind },
    );
    at += isMoved ? 3 : 2;
  }
  return { changes, next: at };
}

/** `<added>\t<deleted>\t<path>` NUL, or with an empty path and two more entries after a rename or copy. */
function readCounts(entries: readonly string[], from: number): readonly LineCounts[] {
  const counts: LineCounts[] = [];
  for (let at = from; at < entries.length; at += 1) {
    const [added = "", deleted = "", path = ""] = (entries[at] ?? "").split("\t");
    const isBinary = added === "-";
    counts.push({ added: isBinary ? 0 : Number(added), deleted: isBinary ? 0 : Number(deleted), isBinary });
    if (path === "") at += 2;
  }
  return counts;
}
