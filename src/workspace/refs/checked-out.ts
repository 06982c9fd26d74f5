import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { looseRef } from "./loose-ref.ts";
import { standingHeads } from "./standing-heads.ts";

/** The checkout of the user that stands on a branch; `undefined` when none does. Moving such a branch would dirty it. */
export async function checkoutOf(repo: Repository, branchRef: string): Promise<string | undefined> {
  const listing = await git(home(repo), ["worktree", "list", "--porcelain"]);
  const entries = listing.split("\n\n").map((entry) => entry.split("\n"));
  const found = entries.find((lines) => lines.includes(`branch ${branchRef}`));
  return found?.find((line) => line.startsWith("worktree "))?.slice("worktree ".length);
}

export type BranchState = {
  readonly commit: CommitId;
  /** Folder of the checkout that stands on the branch. */
  readonly checkout: string | undefined;
};

/** A branch that exists, with the checkout of the user that stands on it. `undefined` when there is no such branch. */
export async function branchState(repo: Repository, branchRef: string): Promise<BranchState | undefined> {
  const known = await looseRef(repo, branchRef);
  const heads = known === undefined ? undefined : await standingHeads(repo);
  if (known !== undefined && heads?.includes(branchRef) === false) return { commit: known, checkout: undefined };
  const format = "--format=%(refname)%00%(objectname)%00%(worktreepath)";
  const listing = await git(home(repo), ["for-each-ref", format, branchRef]);
  const rows = listing.split("\n").map((line) => line.split("\0"));
  const found = rows.find(([name]) => name === branchRef);
  if (found === undefined) return undefined;
  const [, commit = "", checkout = ""] = found;
  return { commit: asCommitId(commit), checkout: checkout === "" ? undefined : checkout };
}
