import type { CommitId } from "../../domain/ids.ts";
import { commitTree } from "../git/commit-tree.ts";
import { splitNul } from "../git/nul-list.ts";
import { gitAnswer, gitLine } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { mergeConfig } from "./integrate-attempt.ts";

export type ChangeRequest = {
  /** What the change was made on. */
  readonly base: CommitId;
  /** Its files afterwards. */
  readonly changed: CommitId;
  /** Where it is to be made again. */
  readonly onto: CommitId;
  readonly message: string;
};

export type AppliedChange =
  | { readonly status: "applied"; readonly commit: CommitId }
  | { readonly status: "conflict"; readonly files: readonly string[] };

/**
 * Makes a change again on another commit, by a three-way merge of trees under the rules of the merge queue. No ref, index or
 * file changes; the new commit, whose only parent is `onto`, is for the caller to pin.
 * @throws {TuttiError} `GIT_FAILED` also when one of the commits is gone
 */
export async function applyChange(repo: Repository, request: ChangeRequest): Promise<AppliedChange> {
  const { base, changed, onto, message } = request;
  const place = home(repo);
  const treeOf = (commit: CommitId): Promise<string> => gitLine(place, ["rev-parse", `${commit}^{tree}`]);
  if (base === onto) return applied(await treeOf(changed));
  // Git finds the base of a merge by itself: sides that have it as their only parent leave it no choice.
  const side = async (commit: CommitId): Promise<CommitId> =>
    commitTree(place, { tree: await treeOf(commit), parents: [base], message });
  const merge = [
    "merge-tree",
    "--write-tree",
    "-z",
    "--name-only",
    "--no-messages",
    await side(onto),
    await side(changed),
  ];
  const answer = await gitAnswer(place, [...mergeConfig, ...merge], { okExitCodes: [0, 1] });
  const [tree = "", ...files] = splitNul(answer.stdout);
  return answer.exitCode === 0 ? applied(tree) : { status: "conflict", files };

  async function applied(tree: string): Promise<AppliedChange> {
    return { status: "applied", commit: await commitTree(place, { tree, parents: [onto], message }) };
  }
}
