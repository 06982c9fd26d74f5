import { TuttiError } from "../../domain/errors.ts";
import type { CommitId, JobId } from "../../domain/ids.ts";
import {
  advanceBranch,
  branchState,
  deleteRef,
  isAncestor,
  isHeldByCheckpoint,
  jobBranch,
  jobTipRef,
  readRef,
  updateRef,
  updateRefs,
  type Repository,
} from "../../workspace/index.ts";

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
  const both = [jobTipRef(jobId), jobBranch(jobId)].map((ref) => ({ ref, to: base, from: undefined }));
  // A new job has a name of its own: nobody has either of them, and nobody can stand on the branch.
  if (await unlessConflict(() => updateRefs(repo, both).then(() => true))) return;
  if ((await readRef(repo, jobTipRef(jobId))) === undefined) {
    await refuseBranchInTheWay(repo, jobBranch(jobId));
    await advanceBranch(repo, { ref: jobTipRef(jobId), to: base, from: undefined });
  }
  await followTip(repo, jobId);
}

/** To git a branch `tutti` is a file where our branches want a folder. */
async function refuseBranchInTheWay(repo: Repository, branch: string): Promise<void> {
  const folder = branch.slice(0, branch.lastIndexOf("/"));
  if ((await readRef(repo, folder)) === undefined) return;
  const name = folder.replace("refs/heads/", "");
  throw new TuttiError(
    "INPUT_INVALID",
    `Your branch ${name} stands where the branches of jobs have to be, ${name}/<job>`,
    {
      hint: `Give it another name: git branch -m ${name} my-${name}`,
      context: { branch: folder },
    },
  );
}

/** Takes away what `startBranch` made for a job that came to nothing; what somebody has moved or checked out by now stays. */
export async function abandonBranch(repo: Repository, jobId: JobId, base: CommitId): Promise<void> {
  for (const ref of [jobBranch(jobId), jobTipRef(jobId)]) {
    const standing = await branchState(repo, ref);
    if (standing === undefined || standing.checkout !== undefined) continue;
    await unlessConflict(() => deleteRef(repo, ref, base).then(() => true));
  }
}

/** Moves the job forward by compare-and-swap. @throws {TuttiError} `CONFLICT` when somebody else has moved it */
export async function advanceJob(
  repo: Repository,
  jobId: JobId,
  move: { readonly from: CommitId; readonly to: CommitId },
): Promise<void> {
  const [tip, branch] = [jobTipRef(jobId), jobBranch(jobId)];
  const standing = await branchState(repo, branch);
  const follows = standing?.commit === move.from && standing.checkout === undefined;
  const both = [tip, branch].map((ref) => ({ ref, ...move }));
  if (follows && (await unlessConflict(() => updateRefs(repo, both).then(() => true)))) return;
  await updateRef(repo, { ref: tip, ...move });
  await followTip(repo, jobId);
}

/** Brings the branch to the tip where it can follow without losing a commit of a person's. */
export async function followTip(repo: Repository, jobId: JobId): Promise<"moved" | "left-alone"> {
  const ref = jobBranch(jobId);
  const [tip, branch] = [await jobTip(repo, jobId), await readRef(repo, ref)];
  if (branch === tip) return "moved";
  if (branch !== undefined && !(await mayLeave(repo, { jobId, branch, tip }))) return "left-alone";
  const move = async (): Promise<boolean> =>
    (await advanceBranch(repo, { ref, to: tip, from: branch })).status === "advanced";
  return (await unlessConflict(move)) ? "moved" : "left-alone";
}

/** Nothing of the branch is lost: the tip has it, or a rollback went back from it and its checkpoint has it. */
async function mayLeave(
  repo: Repository,
  { jobId, branch, tip }: { readonly jobId: JobId; readonly branch: CommitId; readonly tip: CommitId },
): Promise<boolean> {
  return (await isAncestor(repo, branch, tip)) || (await isHeldByCheckpoint(repo, jobId, branch));
}

/**
 * Moves the job to any commit by compare-and-swap, also back: what it leaves has to be held by a checkpoint. Idempotent.
 * @throws {TuttiError} `CONFLICT` when somebody else has moved it
 */
export async function moveJob(
  repo: Repository,
  jobId: JobId,
  move: { readonly from: CommitId; readonly to: CommitId },
): Promise<void> {
  if ((await jobTip(repo, jobId)) === move.to) await followTip(repo, jobId);
  else await advanceJob(repo, jobId, move);
}

/** A person who moves the branch at the same moment has their way: it follows the tip again when it can. */
async function unlessConflict(move: () => Promise<boolean>): Promise<boolean> {
  try {
    return await move();
  } catch (error) {
    if (TuttiError.is(error) && error.code === "CONFLICT") return false;
    throw error;
  }
}
