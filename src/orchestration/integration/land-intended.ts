import type { CommitId, JobId } from "../../domain/ids.ts";
import { isAncestor, type Repository } from "../../workspace/index.ts";
import { advanceJob, jobTip } from "./job-branch.ts";

/**
 * Brings the branch to a merged commit whose proof is stored, where it is not there yet. Idempotent.
 * @returns `false` when the branch has gone another way
 */
export async function landIntended(repo: Repository, jobId: JobId, commit: CommitId): Promise<boolean> {
  const tip = await jobTip(repo, jobId);
  if (await isAncestor(repo, commit, tip)) return true;
  if (!(await isAncestor(repo, tip, commit))) return false;
  await advanceJob(repo, jobId, { from: tip, to: commit });
  return true;
}
