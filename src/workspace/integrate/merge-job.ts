import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { diffOf } from "../diff/diff-of.ts";
import type { FileChange } from "../diff/parse-diff.ts";
import { commitTree } from "../git/commit-tree.ts";
import { splitNul } from "../git/nul-list.ts";
import { git, gitAnswer, gitLine } from "../git/run-git.ts";
import { isAncestor } from "../refs/is-ancestor.ts";
import { unfinishedOperation } from "../checkout/unfinished.ts";
import { readRef } from "../refs/update-ref.ts";
import { checkout, home, type Repository } from "../repository/repository.ts";
import { ifAbsent } from "../slots/slot.ts";
import { moveForward, overwrites } from "./move-forward.ts";

export type MergeOptions = {
  /** `merge`: a merge commit. `squash`: one ordinary commit. `ff`: move on to the branch, refuse where that can't be. */
  readonly strategy: "merge" | "squash" | "ff";
  /** Default: `Merge branch '<name>'`. */
  readonly message?: string;
};

export type JobMerge = {
  /** What the user's branch holds now. */
  readonly commit: CommitId;
  /** The branch had nothing new; nothing has changed. */
  readonly isUpToDate: boolean;
};

/**
 * The user's own command: brings a job's branch into the branch that they have checked out. The result is made beside the
 * checkout, and the checkout then moves forward to it in one step, so that a refusal leaves everything as it was.
 * The user's hooks don't run: the gates have.
 * @param source - ref of the job's branch or tip
 * @throws {TuttiError} `CONFLICT` with `context.paths` when both sides or the user's uncommitted changes are in the way;
 *   `INPUT_INVALID` when `source` doesn't exist; `GIT_FAILED` (git older than 2.38 for `merge` and `squash`)
 */
export async function mergeJob(repo: Repository, source: string, options: MergeOptions): Promise<JobMerge> {
  const [head, tip] = await Promise.all([currentHead(repo), readRef(repo, source)]);
  if (tip === undefined) throw unknownSource(source);
  if (await isAncestor(repo, tip, head)) return { commit: head, isUpToDate: true };
  await refuseUnfinished(repo);
  const target = await mergedCommit(repo, { head, tip, source, options });
  if (target === head) return { commit: head, isUpToDate: true };
  const { changedFiles } = await diffOf(repo, head, target);
  await refuseOverlap(repo, changedFiles);
  await moveForward(repo, { from: head, to: target });
  return { commit: target, isUpToDate: false };
}

type Sides = {
  readonly head: CommitId;
  readonly tip: CommitId;
  readonly source: string;
  readonly options: MergeOptions;
};

async function mergedCommit(repo: Repository, sides: Sides): Promise<CommitId> {
  const { head, tip, source, options } = sides;
  if (options.strategy === "ff") return await fastForwardTarget(repo, sides);
  const tree = await mergedTree(repo, sides);
  const isSquash = options.strategy === "squash";
  if (isSquash && tree === (await gitLine(home(repo), ["rev-parse", `${head}^{tree}`]))) return head;
  return await commitTree(home(repo), {
    tree,
    parents: isSquash ? [head] : [head, tip],
    message: options.message ?? `Merge branch '${source.replace(/^refs\/heads\//, "")}'`,
    ...(repo.identity === undefined ? {} : { author: repo.identity, committer: repo.identity }),
  });
}

async function fastForwardTarget(repo: Repository, { head, tip, source }: Sides): Promise<CommitId> {
  if (await isAncestor(repo, head, tip)) return tip;
  throw new TuttiError("CONFLICT", `Your branch has commits that ${source} doesn't have`, {
    failureClass: "conflict",
    hint: "Merge with a merge commit, or squash",
    context: { head, tip, paths: [] },
  });
}

/** Output of `merge-tree --write-tree -z --name-only`: tree NUL, then the conflicting paths. */
async function mergedTree(repo: Repository, { head, tip, source }: Sides): Promise<string> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", head, tip];
  const answer = await gitAnswer(home(repo), args, { okExitCodes: [0, 1] });
  const [tree = "", ...conflicts] = splitNul(answer.stdout);
  if (answer.exitCode === 0) return tree;
  throw new TuttiError("CONFLICT", `Your branch and ${source} changed the same lines: ${conflicts.join(", ")}`, {
    failureClass: "conflict",
    hint: `Nothing was changed. Merge by hand: git merge ${source.replace(/^refs\/heads\//, "")}`,
    context: { paths: conflicts },
  });
}

async function refuseUnfinished(repo: Repository): Promise<void> {
  const unfinished = await unfinishedOperation(repo);
  if (unfinished === undefined) return;
  throw new TuttiError("CONFLICT", `You are in the middle of a ${unfinished.operation} in ${repo.root}`, {
    failureClass: "conflict",
    hint: `Nothing was changed. End it first: ${unfinished.wayOut}`,
    context: { operation: unfinished.operation, paths: [] },
  });
}

async function refuseOverlap(repo: Repository, changedFiles: readonly FileChange[]): Promise<void> {
  const changed = changedFiles.map(({ path }) => path);
  const added = changedFiles.flatMap(({ path, status }) => (status === "added" ? [path] : []));
  const [uncommitted, standing] = await Promise.all([
    uncommittedPaths(repo),
    Promise.all(added.map((path) => lstat(join(repo.root, path)).catch(ifAbsent))),
  ]);
  const ignored = added.filter((_, index) => standing[index] !== undefined);
  const paths = [...new Set([...meeting(uncommitted, changed), ...ignored])];
  if (paths.length > 0) throw overwrites(paths, "");
}

/** Those of the paths that are one of the others, or stand where it wants a folder, or below where it wants a file. */
function meeting(paths: readonly string[], others: readonly string[]): readonly string[] {
  const files = new Set(others);
  const all = new Set(others.flatMap((other) => [other, ...foldersOf(other)]));
  return paths.filter((path) => all.has(path) || foldersOf(path).some((folder) => files.has(folder)));
}

const foldersOf = (path: string): readonly string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/** Without ignored files, which git would overwrite: what the merge adds must not exist at all. */
async function uncommittedPaths(repo: Repository): Promise<readonly string[]> {
  const args = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"];
  return splitNul(await git(checkout(repo), args)).map((entry) => entry.slice(3));
}

function unknownSource(source: string): TuttiError {
  return new TuttiError("INPUT_INVALID", `There is no branch ${source}`, {
    hint: "See which jobs there are: tutti job list",
    context: { source },
  });
}

async function currentHead(repo: Repository): Promise<CommitId> {
  return asCommitId(await gitLine(checkout(repo), ["rev-parse", "--verify", "HEAD^{commit}"]));
}
