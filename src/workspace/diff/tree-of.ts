import type { CommitId } from "../../domain/ids.ts";
import { gitLine } from "../git/run-git.ts";
import { looseCommit } from "../refs/loose-commit.ts";
import { home, type Repository } from "../repository/repository.ts";

/** A commit's tree can't change, so it is asked for once. */
const known = new WeakMap<Repository, Map<CommitId, Promise<string>>>();

/**
 * Object name of the files of a commit.
 * @throws {TuttiError} `GIT_FAILED` when the commit doesn't exist
 */
export function treeOf(repo: Repository, commit: CommitId): Promise<string> {
  const trees = known.get(repo) ?? new Map<CommitId, Promise<string>>();
  known.set(repo, trees);
  const tree = trees.get(commit) ?? read(repo, commit);
  trees.set(commit, tree);
  return tree;
}

const read = async (repo: Repository, commit: CommitId): Promise<string> =>
  (await looseCommit(repo, commit))?.tree ?? (await gitLine(home(repo), ["rev-parse", "--verify", `${commit}^{tree}`]));
