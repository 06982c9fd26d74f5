import type { FileChange } from "./file-change.ts";

/** One path of a snapshot that differs from the base, with what its file holds now. */
export type ResultFile = Omit<FileChange, "at">;

type Known = Pick<FileChange, "path" | "kind" | "size" | "hash">;

export type Agreement = {
  /** What the snapshot has and the history does not say. */
  readonly missed: readonly ResultFile[];
  /** Paths of the history that are as they were in the end: no part of the result. */
  readonly undone: readonly string[];
};

/**
 * Brings what was seen and what really came of it together: an event that was lost is not a lost fact.
 * @param history - in the order in which it happened
 */
export function agreeWithSnapshot(history: readonly Known[], result: readonly ResultFile[]): Agreement {
  const last = new Map(history.map((change) => [change.path, change]));
  const missed = result.filter((file) => !saysSo(last.get(file.path), file));
  const inResult = new Set(result.map(({ path }) => path));
  return { missed, undone: [...last.keys()].filter((path) => !inResult.has(path)) };
}

/** Without a hash (a very large file, a folder of another repository) the size has to do. */
function saysSo(known: Known | undefined, file: ResultFile): boolean {
  if (known === undefined) return false;
  if (file.kind === "deleted" || known.kind === "deleted") return file.kind === known.kind;
  return file.hash === null || known.hash === null ? known.size === file.size : known.hash === file.hash;
}
