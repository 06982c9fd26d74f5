import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

/** The checkout of the user that stands on a branch; `undefined` when none does. Moving such a branch would dirty it. */
export async function checkoutOf(repo: Repository, branchRef: string): Promise<string | undefined> {
  const listing = await git(home(repo), ["worktree", "list", "--porcelain"]);
  const entries = listing.split("\n\n").map((entry) => entry.split("\n"));
  const found = entries.find((lines) => lines.includes(`branch ${branchRef}`));
  return found?.find((line) => line.startsWith("worktree "))?.slice("worktree ".length);
}
