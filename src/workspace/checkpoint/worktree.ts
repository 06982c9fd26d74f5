import { lstat, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { commitTree } from "../git/commit-tree.ts";
import { splitNul } from "../git/nul-list.ts";
import { git, gitAnswer, gitLine, type GitPlace } from "../git/run-git.ts";
import { checkout, home, type Repository } from "../repository/repository.ts";
import { copyIndex } from "../slots/index-file.ts";
import { ifAbsent } from "../slots/slot.ts";

export type WorktreeFiles = {
  readonly head: CommitId;
  /** The user's files, untracked ones included. Parents: HEAD, and what was staged where that is something else. */
  readonly commit: CommitId;
};

const message = "The working tree at a checkpoint";
const ourFolders = [":(exclude,top).tutti/state", ":(exclude,top).tutti/slots"];

/**
 * The user's own files as a commit. Written by a copy of their index: neither index, stash, HEAD nor a file of theirs changes.
 * Ignored files are left out; of submodules and repositories inside, git records the commit only.
 * The commit is for the caller to hold by a ref.
 */
export function worktreeFiles(repo: Repository): Promise<WorktreeFiles> {
  return withOwnIndex(repo, (place) => saveFiles(repo, place));
}

/**
 * Makes the user's files those of a commit; their index, HEAD and stash stay. Files that the commit doesn't have and that were
 * saved go.
 * @param save - is given the files as they are, before anything changes, and holds them by a ref
 * @throws {TuttiError} `CONFLICT` when an ignored file or a change of this moment is in the way; then nothing has changed
 */
export async function restoreWorktree(
  repo: Repository,
  { to, save }: { readonly to: CommitId; readonly save: (files: WorktreeFiles) => Promise<void> },
): Promise<void> {
  await withOwnIndex(repo, async (place) => {
    const present = await saveFiles(repo, place);
    await save(present);
    await refuseIgnored(repo, place, { present: present.commit, to });
    const args = ["read-tree", "-m", "-u", `${present.commit}^{tree}`, `${to}^{tree}`];
    const answer = await gitAnswer(place, args, { okExitCodes: [0, 128] });
    if (answer.exitCode !== 0) throw inTheWay([answer.stderr.trim()]);
  });
}

async function saveFiles(repo: Repository, place: GitPlace): Promise<WorktreeFiles> {
  const head = asCommitId(await gitLine(place, ["rev-parse", "HEAD"]));
  const staged = await stagedCommit(repo, place, head);
  await git(place, ["add", "--all", "--", ":(top)", ...ourFolders]);
  const tree = await gitLine(place, ["write-tree"]);
  const parents = staged === undefined ? [head] : [head, staged];
  return { head, commit: await commitTree(home(repo), { tree, parents, message }) };
}

/** In the middle of a merge there is no tree of it. */
async function stagedCommit(repo: Repository, place: GitPlace, head: CommitId): Promise<CommitId | undefined> {
  const answer = await gitAnswer(place, ["write-tree"], { okExitCodes: [0, 128] });
  const tree = answer.stdout.trim();
  if (answer.exitCode !== 0 || tree === (await gitLine(place, ["rev-parse", `${head}^{tree}`]))) return undefined;
  return await commitTree(home(repo), { tree, parents: [head], message: "What was staged at a checkpoint" });
}

async function withOwnIndex<T>(repo: Repository, work: (place: GitPlace) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-checkpoint-"));
  try {
    const indexFile = join(folder, "index");
    await copyIndex(join(repo.gitDir, "index"), indexFile);
    const { cwd, env } = checkout(repo);
    return await work({ cwd, env: { ...env, GIT_INDEX_FILE: indexFile } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nobody has saved those, and git would write over them. */
async function refuseIgnored(
  repo: Repository,
  place: GitPlace,
  { present, to }: { readonly present: CommitId; readonly to: CommitId },
): Promise<void> {
  const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", present, to];
  const added = splitNul(await git(home(repo), args));
  const found = await Promise.all(added.map((path) => whatStandsAt(repo, path)));
  const standing = [...new Set(found.flatMap((path) => path ?? []))];
  if (standing.length === 0) return;
  const list = [
    "--literal-pathspecs",
    "ls-files",
    "--others",
    "--ignored",
    "--exclude-standard",
    "-z",
    "--",
    ...standing,
  ];
  const ignored = splitNul(await git(place, list));
  if (ignored.length > 0) throw inTheWay(ignored);
}

/** The path itself, or what stands where a folder above it has to be. */
async function whatStandsAt(repo: Repository, path: string): Promise<string | undefined> {
  const parts = path.split("/");
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const place = parts.slice(0, depth).join("/");
    const found = await lstat(join(repo.root, place)).catch(ifAbsent);
    if (found === undefined) return undefined;
    if (depth === parts.length || !found.isDirectory()) return place;
  }
  return undefined;
}

const inTheWay = (files: readonly string[]): TuttiError =>
  new TuttiError(
    "CONFLICT",
    `In your working tree is something in the way, so nothing was changed: ${files.join(", ")}`,
    {
      failureClass: "conflict",
      hint: "Move it away, then try again",
      context: { files: [...files] },
    },
  );
