import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { CommitId } from "../../domain/ids.ts";
import { commitTree } from "../git/commit-tree.ts";
import { git, gitLine, gitPaths } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

export type PathRestore = {
  readonly tip: CommitId;
  /** Whose files are wanted. */
  readonly from: CommitId;
  /** Globs, by git's `:(glob)` rules; a folder stands for everything in it. */
  readonly paths: readonly string[];
  readonly message: string;
};

/**
 * A commit on the tip in which some paths are as they are in another commit: content, mode, and whether they exist. Among git's
 * objects only; the commit is for the caller to hold.
 * @returns `undefined` when none of the paths differs
 */
export async function restorePaths(
  repo: Repository,
  restore: PathRestore,
): Promise<{ readonly commit: CommitId; readonly paths: readonly string[] } | undefined> {
  const { tip, from, paths, message } = restore;
  const changes = await changesOf(repo, { tip, from, paths });
  if (changes.length === 0) return undefined;
  const tree = await withEmptyIndex(async (indexFile) => {
    const place = { ...home(repo), env: { ...home(repo).env, GIT_INDEX_FILE: indexFile } };
    await git(place, ["read-tree", tip]);
    // What goes first makes room: a file where a folder was, or the other way round.
    const ordered = changes.toSorted((a, b) => Number(b.isGone) - Number(a.isGone));
    await git(place, ["update-index", "-z", "--index-info"], { input: ordered.map(({ entry }) => entry).join("") });
    return await gitLine(place, ["write-tree"]);
  });
  const author = repo.identity === undefined ? {} : { author: repo.identity };
  const commit = await commitTree(home(repo), { tree, parents: [tip], message, ...author });
  return { commit, paths: changes.map(({ path }) => path.toWellFormed()) };
}

type Change = { readonly path: string; readonly entry: string; readonly isGone: boolean };

async function changesOf(
  repo: Repository,
  { tip, from, paths }: Pick<PathRestore, "tip" | "from" | "paths">,
): Promise<readonly Change[]> {
  const specs = paths.map((path) => `:(top,glob)${path.replace(/^\.\//, "").replace(/\/$/, "")}`);
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", tip, from, "--", ...specs];
  const fields = await gitPaths(home(repo), args);
  const changes: Change[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , object = ""] = (fields[at] ?? "").split(" ");
    const path = fields[at + 1] ?? "";
    const isGone = mode === "000000";
    changes.push({ path, isGone, entry: `${isGone ? "0" : mode} ${object}\t${path}\0` });
  }
  return changes;
}

async function withEmptyIndex<T>(work: (indexFile: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-paths-"));
  try {
    return await work(join(folder, "index"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
