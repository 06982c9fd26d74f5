import type { CommitId } from "../../domain/ids.ts";
import { gitAnswer } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

/** Whether `descendant` contains `ancestor`; a commit contains itself. */
export async function isAncestor(repo: Repository, ancestor: CommitId, descendant: CommitId): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", ancestor, descendant];
  return (await gitAnswer(home(repo), args, { okExitCodes: [0, 1] })).exitCode === 0;
}
