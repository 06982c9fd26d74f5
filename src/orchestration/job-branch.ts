import { TuttiError } from "../domain/errors.ts";
import type { CommitId, JobId } from "../domain/ids.ts";
import {
  advanceBranch,
  branchState,
  isAncestor,
  jobBranch,
  jobTipRef,
  readRef,
  updateRef,
  type Repository,
} from "../workspace/index.ts";

/**
 * Where a job's merged work stands. The tip under `refs/tutti/` is the truth; the branch that a person sees follows it,
 * unless they have it checked out: then it is left alone until they move away.
 */
export async function jobTip(repo: Repository, jobId: JobId): Promise<CommitId> {
  const tip = await readRef(repo, jobTipRef(jobId));
  if (tip !== undefined) return tip;
  throw new TuttiError("STATE_CORRUPT", `The ref ${jobTipRef(jobId)} is gone`, {
    hint: `Put it back to the last merged commit: git update-ref ${jobTipRef(jobId)} <commit>`,
    context: { job: jobId },
  });
}

/** Idempotent. @throws {TuttiError} `CONFLICT` when the branch name is taken by somebody else's commits */
export async function startBranch(repo: Repository, jobId: JobId, base: CommitId): Promise<void> {
  if ((await readRef(repo, jobTipRef(jobId))) === undefined) {
    await advanceBranch(repo, { ref: jobTipRef(jobId), to: base, from: undefined });
  }
  await followTip(repo, jobId);
}

/** Moves the job forward by compare-and-swap. @throws {TuttiError} `CONFLICT` when somebody else has moved it */
export async function advanceJob(
  repo: Repository,
  jobId: JobId,
  move: { readonly from: CommitId; readonly to: CommitId },
): Promise<void> {
  await updateRef(repo, { ref: jobTipRef(jobId), ...move });
  await followTip(repo, jobId, move.from);
}

/**
 * Brings the branch to the tip where it can follow without losing a commit of a person's.
 * @param previousTip - known to be part of the tip: a branch that stands there can follow
 */
export async function followTip(
  repo: Repository,
  jobId: JobId,
  previousTip?: CommitId,
): Promise<"moved" | "left-alone"> {
  const ref = jobBranch(jobId);
  const [tip, branch] = [await jobTip(repo, jobId), await branchState(repo, ref)];
  if (branch === undefined) return moveBranch(() => startAt(repo, ref, tip));
  const { commit, checkout } = branch;
  if (commit === tip) return "moved";
  if (checkout !== undefined) return "left-alone";
  if (commit !== previousTip && !(await isAncestor(repo, commit, tip))) return "left-alone";
  return moveBranch(() => updateRef(repo, { ref, to: tip, from: commit }));
}

/** A person may have a branch checked out that doesn't exist yet. */
async function startAt(repo: Repository, ref: string, tip: CommitId): Promise<boolean> {
  return (await advanceBranch(repo, { ref, to: tip, from: undefined })).status === "advanced";
}

/** A person who moves the branch at the same moment has their way: it follows the tip again when it can. */
async function moveBranch(move: () => Promise<unknown>): Promise<"moved" | "left-alone"> {
  try {
    return (await move()) === false ? "left-alone" : "moved";
  } catch (error) {
    if (TuttiError.is(error) && error.code === "CONFLICT") return "left-alone";
    throw error;
  }
}
