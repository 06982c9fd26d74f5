import { join } from "node:path";
import type { CommitId, ProjectId } from "../../domain/ids.ts";
import type { Identity } from "../git/identity.ts";
import { git, type GitPlace } from "../git/run-git.ts";

/** A user's repository as it was opened. The facts that move (head and branch) are of that moment. */
export type Repository = {
  /** Top of the checkout that was opened: absolute, symbolic links resolved. */
  readonly root: string;
  /** The checkout's own git directory: `<root>/.git`, or one below `worktrees/` for a linked checkout. */
  readonly gitDir: string;
  /** Where refs and objects live; shared by all linked checkouts. */
  readonly commonDir: string;
  readonly objectFormat: "sha1" | "sha256";
  /** The same for all checkouts and subfolders of a repository. */
  readonly projectId: ProjectId;
  /** The folder's name, for people. */
  readonly name: string;
  readonly head: CommitId;
  /** Short name; absent when HEAD is detached. */
  readonly branch: string | undefined;
  /** What the user has configured, for the commits that are the job's result. */
  readonly identity: Identity | undefined;
};

/** Whether anything in the user's checkout differs from HEAD now, untracked files included. */
export const isDirty = async (repo: Repository): Promise<boolean> =>
  (await git(checkout(repo), ["status", "--porcelain", "--untracked-files=normal"])) !== "";

/** For plumbing that concerns refs and objects only: no checkout is near. */
export function home(repo: Repository): GitPlace {
  return { cwd: repo.commonDir, env: { GIT_DIR: repo.commonDir } };
}

/** For commands that look at the user's checkout. */
export function checkout(repo: Repository): GitPlace {
  return { cwd: repo.root, env: { GIT_DIR: repo.gitDir, GIT_WORK_TREE: repo.root } };
}

export function objectsDirectory(repo: Repository): string {
  return join(repo.commonDir, "objects");
}
