import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId } from "../../domain/ids.ts";
import { commitTree } from "../git/commit-tree.ts";
import { git, gitLine } from "../git/run-git.ts";
import { updateRef } from "../refs/update-ref.ts";
import { home, type Repository } from "../repository/repository.ts";
import { ifAbsent } from "../slots/slot.ts";
import type { KeptCommit } from "./rescue.ts";
import { listRescues } from "./list-rescues.ts";

export type RestoreTarget =
  /** A new branch: the rescued files as one commit on the commit that the work started from. */
  | { readonly branch: string }
  /** Absolute; absent or empty: the rescued files. */
  | { readonly directory: string };

export type Restored = {
  /** Tip of the new branch; for a directory, the rescue itself. */
  readonly commit: CommitId;
  /** Commits of the agent that can be looked at by their names. */
  readonly keptCommits: readonly KeptCommit[];
};

/**
 * Gives rescued work back. The rescue stays; the user's checkout, branches and index don't change.
 * @throws {TuttiError} `INPUT_INVALID` for an unknown rescue or a directory that isn't empty; `CONFLICT` when the branch exists
 */
export async function restoreRescue(repo: Repository, ref: string, target: RestoreTarget): Promise<Restored> {
  const rescue = (await listRescues(repo)).find((candidate) => candidate.ref === ref);
  if (rescue === undefined) {
    throw new TuttiError("INPUT_INVALID", `There is no rescue ${ref}`, {
      hint: "See what there is: tutti rescue list",
      context: { ref },
    });
  }
  const { keptCommits, commit, base } = rescue;
  if ("directory" in target) {
    await exportTree(repo, commit, target.directory);
    return { commit, keptCommits };
  }
  return { commit: await makeBranch(repo, target.branch, { commit, base }), keptCommits };
}

async function makeBranch(
  repo: Repository,
  branch: string,
  rescue: { readonly commit: CommitId; readonly base: CommitId },
): Promise<CommitId> {
  const name = await gitLine(home(repo), ["check-ref-format", "--branch", branch]);
  const tree = await gitLine(home(repo), ["rev-parse", `${rescue.commit}^{tree}`]);
  const message = `Rescued work\n\nFrom ${rescue.commit}`;
  const restored = await commitTree(home(repo), { tree, parents: [rescue.base], message });
  await updateRef(repo, { ref: `refs/heads/${name}`, to: restored, from: undefined });
  return restored;
}

async function exportTree(repo: Repository, commit: CommitId, directory: string): Promise<void> {
  const entries = (await readdir(directory).catch(ifAbsent)) ?? [];
  if (entries.length > 0) {
    throw new TuttiError("INPUT_INVALID", `${directory} is not empty`, {
      hint: "Name a new folder",
      context: { directory },
    });
  }
  await mkdir(directory, { recursive: true });
  const temporary = await mkdtemp(join(tmpdir(), "tutti-restore-"));
  const place = {
    cwd: directory,
    env: { GIT_DIR: repo.commonDir, GIT_WORK_TREE: directory, GIT_INDEX_FILE: join(temporary, "index") },
  };
  try {
    await git(place, ["read-tree", commit]);
    await git(place, ["checkout-index", "--all"]);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
