import { join } from "node:path";
import { expect, it } from "vitest";
import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { jobBranch, jobTipRef, type Repository } from "../../workspace/index.ts";
import { job, scratchRepository, userGit, type ScratchRepository } from "../../../test/support/scratch-repository.ts";
import { advanceJob, followTip, startBranch } from "./job-branch.ts";

/** A job that stands on the first commit, and a commit that it may move to. */
async function startedJob(scratch: ScratchRepository): Promise<{ repo: Repository; from: CommitId; to: CommitId }> {
  const repo = await scratch.open();
  await startBranch(repo, job, repo.head);
  return { repo, from: repo.head, to: await scratch.commit({ "b.txt": "b\n" }) };
}

const standing = async (scratch: ScratchRepository): Promise<readonly string[]> =>
  await Promise.all([jobTipRef(job), jobBranch(job)].map((ref) => scratch.git(["rev-parse", ref])));

it("moves the tip and the branch together", async () => {
  await using scratch = await scratchRepository();
  const { repo, from, to } = await startedJob(scratch);
  await advanceJob(repo, job, { from, to });
  expect(await standing(scratch)).toEqual([to, to]);
});

it("moves neither when somebody else has moved the tip", async () => {
  await using scratch = await scratchRepository();
  const { repo, from, to } = await startedJob(scratch);
  const other = await scratch.commit({ "c.txt": "c\n" });
  await scratch.git(["update-ref", jobTipRef(job), other]);
  await expect(advanceJob(repo, job, { from, to })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await standing(scratch)).toEqual([other, from]);
});

it("leaves a branch alone while a person has it checked out, and follows when they have left", async () => {
  await using scratch = await scratchRepository();
  const { repo, from, to } = await startedJob(scratch);
  const checkout = join(scratch.parent, "theirs");
  await scratch.git(["worktree", "add", "--quiet", checkout, "tutti/job-1"]);
  await advanceJob(repo, job, { from, to });
  expect(await standing(scratch)).toEqual([to, from]);
  expect(await userGit(checkout, ["status", "--porcelain"])).toBe("");

  await userGit(checkout, ["switch", "--quiet", "--detach"]);
  expect(await followTip(repo, job)).toBe("moved");
  expect(await standing(scratch)).toEqual([to, to]);
});

it("leaves a branch alone that a person has committed to", async () => {
  await using scratch = await scratchRepository();
  const { repo, from, to } = await startedJob(scratch);
  const theirs = await scratch.git(["commit-tree", `${from}^{tree}`, "-p", from, "-m", "theirs"]);
  await scratch.git(["update-ref", jobBranch(job), theirs]);
  await advanceJob(repo, job, { from, to });
  expect(await standing(scratch)).toEqual([to, theirs]);
});

it("makes a branch that is gone anew", async () => {
  await using scratch = await scratchRepository();
  const { repo, from, to } = await startedJob(scratch);
  await scratch.git(["update-ref", "-d", jobBranch(job)]);
  await advanceJob(repo, job, { from, to });
  expect(await standing(scratch)).toEqual([to, to]);
});

it("refuses a job whose branch can't be there because a branch of the user's has the folder's name", async () => {
  await using scratch = await scratchRepository();
  await scratch.git(["branch", "tutti"]);
  await expect(
    startBranch(await scratch.open(), job, asCommitId(await scratch.git(["rev-parse", "HEAD"]))),
  ).rejects.toMatchObject({
    code: "INPUT_INVALID",
    hint: "Give it another name: git branch -m tutti my-tutti",
  });
  expect(await scratch.git(["for-each-ref", "refs/tutti"])).toBe("");
});
