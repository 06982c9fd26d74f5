import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { gitLine } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

/** The first one. */
export const parentOf = async (repo: Repository, commit: CommitId): Promise<CommitId> =>
  asCommitId(await gitLine(home(repo), ["rev-parse", "--verify", `${commit}^1`]));
