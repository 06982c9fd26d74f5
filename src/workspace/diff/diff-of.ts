import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { parseDiff, type FileChange } from "./parse-diff.ts";

export type DiffStat = { readonly files: number; readonly added: number; readonly deleted: number };

export type Diff = { readonly changedFiles: readonly FileChange[]; readonly diffStat: DiffStat };

/** Neither a commit nor a tree can change. An attempt's change is asked for by several, one right after another. */
const known = new WeakMap<Repository, Map<string, Diff>>();
const remembered = 4;

/** Spares whoever asks next a look at what the caller has just seen. */
export function rememberDiff(repo: Repository, { from, to, diff }: { from: string; to: string; diff: Diff }): void {
  const diffs = known.get(repo) ?? new Map<string, Diff>();
  known.set(repo, diffs);
  diffs.set(`${from} ${to}`, diff);
  const [oldest] = diffs.keys();
  if (diffs.size > remembered && oldest !== undefined) diffs.delete(oldest);
}

/**
 * What changed between two commits or trees of the user's repository, by path: a moved file is `deleted` and `added`.
 * @throws {TuttiError} `GIT_FAILED` when one of them doesn't exist
 */
export async function diffOf(repo: Repository, from: string, to: string): Promise<Diff> {
  const seen = known.get(repo)?.get(`${from} ${to}`);
  if (seen !== undefined) return seen;
  const form = ["-z", "--raw", "--numstat", "--no-ext-diff", "--no-renames"];
  const output = await git(home(repo), ["diff-tree", "-r", ...form, from, to]);
  const changedFiles = parseDiff(output);
  return { changedFiles, diffStat: sum(changedFiles) };
}

export type PatchText = {
  readonly from: string;
  readonly to: string;
  /** A line for each file instead of the change itself. Default `false`. */
  readonly isStat?: boolean;
};

/** The change as a reader wants it: with this many unchanged lines around it, and without the bytes of what is no text. */
export const readableChange = (
  repo: Repository,
  { from, to, contextLines }: { readonly from: string; readonly to: string; readonly contextLines: number },
): Promise<string> =>
  git(home(repo), ["diff-tree", "-r", "-p", `--unified=${contextLines}`, "--no-ext-diff", "--no-textconv", from, to]);

/** The change as `git apply` takes it, files that are no text included. */
export async function patchOf(repo: Repository, { from, to, isStat = false }: PatchText): Promise<string> {
  const form = isStat ? ["--stat"] : ["-p", "--binary", "--full-index"];
  return await git(home(repo), ["diff-tree", "-r", ...form, "--no-ext-diff", "--no-textconv", from, to]);
}

function sum(changes: readonly FileChange[]): DiffStat {
  return {
    files: changes.length,
    added: changes.reduce((total, { added }) => total + added, 0),
    deleted: changes.reduce((total, { deleted }) => total + deleted, 0),
  };
}
