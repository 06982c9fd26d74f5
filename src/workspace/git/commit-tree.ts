import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { type Identity, identityEnvironment } from "./identity.ts";
import { gitLine, type GitPlace } from "./run-git.ts";

export type NewCommit = {
  /** Object name, or any other name that git has for a tree. */
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** Default: Tutti. */
  readonly author?: Identity;
  /** Default: Tutti. */
  readonly committer?: Identity;
};

/** Makes a commit object; no ref, index or file changes. */
export async function commitTree(place: GitPlace, commit: NewCommit): Promise<CommitId> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const answer = await gitLine(place, ["commit-tree", commit.tree, ...parents, "-F", "-"], {
    env: identityEnvironment(commit.author, commit.committer),
    input: commit.message.endsWith("\n") ? commit.message : `${commit.message}\n`,
  });
  return asCommitId(answer);
}
