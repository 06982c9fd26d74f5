import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { asAttemptId, type CommitId } from "../../domain/ids.ts";
import { attemptRef, jobBranch, jobTipRef } from "../refs/ref-names.ts";
import { readRef, updateRef } from "../refs/update-ref.ts";
import type { Repository } from "../repository/repository.ts";
import { snapshot } from "../snapshot/snapshot.ts";
import { moveSlot } from "../slots/move-slot.ts";
import type { Slot } from "../slots/slot.ts";
import { job, scratchRepository, userGit, writeFiles, type Files } from "../../../test/support/scratch-repository.ts";
import { advanceBranch } from "./advance-branch.ts";
import { continueIntegration } from "./continue-integration.ts";
import { integrateAttempt, type Conflicted, type Integrated, type IntegrationRequest } from "./integrate-attempt.ts";

const tipRef = jobTipRef(job);
let attempts = 0;

/** An agent's work on `base`, brought home. */
async function attempt(slot: Slot, base: CommitId, files: Files): Promise<CommitId> {
  await moveSlot(slot, { to: base, jobId: job });
  await writeFiles(slot.path, files);
  attempts += 1;
  const ref = attemptRef(job, asAttemptId(`job-1/task/${attempts}`));
  return (await snapshot(slot, { ref, parent: base, message: "attempt" })).commit;
}

function requestFor(repo: Repository, tip: CommitId, attemptCommit: CommitId): IntegrationRequest {
  const trailers = { "Tutti-Task": "job-1/task" };
  const message = "Do the task";
  return { jobId: job, ref: tipRef, expectedTip: tip, attemptCommit, attemptBase: repo.head, message, trailers };
}

async function merged(result: Promise<Integrated | Conflicted>): Promise<Integrated> {
  const found = await result;
  if (found.status !== "merged") throw new Error(`expected a merge, saw ${JSON.stringify(found)}`);
  return found;
}

it("puts an attempt that started at the tip on it as one commit of the user's, with trailers", async () => {
  await using scratch = await scratchRepository();
  const [worker, queue] = [await scratch.slot("w"), await scratch.slot("q")];
  const repo = worker.repo;
  await updateRef(repo, { ref: tipRef, to: repo.head, from: undefined });
  const commit = await attempt(worker, repo.head, { "b.txt": "b\n" });

  const result = await merged(integrateAttempt(queue, requestFor(repo, repo.head, commit)));

  expect(await scratch.git(["log", "-1", "--format=%an|%P|%B", result.commit])).toBe(
    `Ada|${repo.head}|Do the task\n\nTutti-Task: job-1/task\n`,
  );
  expect(result).toMatchObject({ isEmpty: false, diffStat: { files: 1, added: 1, deleted: 0 } });
  expect(await readFile(join(queue.path, "b.txt"), "utf8")).toBe("b\n");
  expect(await readRef(repo, tipRef)).toBe(repo.head);
});

it("merges two attempts from the same base, also within one file", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n" } });
  const [worker, queue] = [await scratch.slot("w"), await scratch.slot("q")];
  const repo = worker.repo;
  await updateRef(repo, { ref: tipRef, to: repo.head, from: undefined });
  const one = await attempt(worker, repo.head, { "a.txt": "one\n2\n3\n4\n5\n6\n7\n8\n9\n" });
  const two = await attempt(worker, repo.head, { "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\nnine\n" });

  const first = await merged(integrateAttempt(queue, requestFor(repo, repo.head, one)));
  await advanceBranch(repo, { ref: tipRef, to: first.commit, from: repo.head });
  const second = await merged(integrateAttempt(queue, requestFor(repo, first.commit, two)));

  expect(await scratch.git(["show", `${second.commit}:a.txt`])).toBe("one\n2\n3\n4\n5\n6\n7\n8\nnine");
  expect(await scratch.git(["rev-parse", `${second.commit}^@`])).toBe(first.commit);
});

it("is empty when the tip already has the change", async () => {
  await using scratch = await scratchRepository();
  const [worker, queue] = [await scratch.slot("w"), await scratch.slot("q")];
  const repo = worker.repo;
  const one = await attempt(worker, repo.head, { "b.txt": "same\n" });
  await updateRef(repo, { ref: tipRef, to: one, from: undefined });
  const two = await attempt(worker, repo.head, { "b.txt": "same\n" });
  const result = await merged(integrateAttempt(queue, requestFor(repo, one, two)));
  expect(result.isEmpty).toBe(true);
});

it("leaves a conflict for a resolver, refuses leftover markers, then makes one commit on the tip", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "b.txt": "b\n", "c.txt": "c\n" } });
  const [worker, queue] = [await scratch.slot("w"), await scratch.slot("q")];
  const repo = worker.repo;
  await writeFiles(worker.path, { "x.txt": "" });
  const ours = await attempt(worker, repo.head, { "a.txt": "ours\n", "b.txt": "ours\n", "n.txt": "ours\n" });
  await updateRef(repo, { ref: tipRef, to: ours, from: undefined });
  await moveSlot(worker, { to: repo.head, jobId: job });
  await rm(join(worker.path, "b.txt"));
  await writeFiles(worker.path, { "a.txt": "theirs\n", "n.txt": "theirs\n", "c.txt": "clean\n" });
  const { commit: theirs } = await snapshot(worker, { ref: "refs/tutti/j/t", parent: repo.head, message: "t" });
  const request = requestFor(repo, ours, theirs);

  const conflict = await integrateAttempt(queue, request);
  expect(conflict).toEqual({
    status: "conflict",
    files: [
      { path: "a.txt", kind: "both-modified" },
      { path: "b.txt", kind: "deleted-by-them" },
      { path: "n.txt", kind: "both-added" },
    ],
  });
  expect(await readFile(join(queue.path, "a.txt"), "utf8")).toMatch(/<{7}[^]*\|{7}[^]*one[^]*={7}[^]*>{7}/);
  expect(await userGit(queue.path, ["status", "--porcelain", "a.txt", "n.txt"])).toBe("UU a.txt\nAA n.txt");

  await writeFile(join(queue.path, "a.txt"), "both\n");
  expect(await continueIntegration(queue, request)).toEqual({ status: "unresolved", paths: ["n.txt"] });
  await writeFile(join(queue.path, "n.txt"), "both\n");

  const result = await continueIntegration(queue, request);
  if (result.status !== "merged") throw new Error("expected a merge");
  const show = async (path: string): Promise<string> => await scratch.git(["show", `${result.commit}:${path}`]);
  expect([await show("a.txt"), await show("n.txt"), await show("c.txt"), await show("b.txt")]).toEqual([
    "both",
    "both",
    "clean",
    "ours",
  ]);
  expect(await scratch.git(["rev-parse", `${result.commit}^@`])).toBe(ours);
});

it("refuses to integrate onto a tip that has moved, and to continue what the slot doesn't hold", async () => {
  await using scratch = await scratchRepository();
  const [worker, queue] = [await scratch.slot("w"), await scratch.slot("q")];
  const repo = worker.repo;
  const one = await attempt(worker, repo.head, { "b.txt": "b\n" });
  await updateRef(repo, { ref: tipRef, to: one, from: undefined });
  const request = requestFor(repo, repo.head, one);
  await expect(integrateAttempt(queue, request)).rejects.toMatchObject({ code: "CONFLICT" });
  const other = { ...request, expectedTip: one };
  await expect(continueIntegration(queue, other)).rejects.toMatchObject({ code: "CONFLICT" });
});

it("advances a ref for one of two that try, and not a branch that a person has checked out", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const next = await scratch.commit({ "b.txt": "b\n" });
  const advance = { ref: jobBranch(job), to: next, from: undefined };
  const results = await Promise.allSettled([advanceBranch(repo, advance), advanceBranch(repo, advance)]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);

  await scratch.git(["checkout", "--quiet", "tutti/job-1"]);
  expect(await advanceBranch(repo, { ref: jobBranch(job), to: repo.head, from: next })).toEqual({
    status: "checked-out",
    checkout: scratch.root,
  });
  expect(await scratch.git(["status", "--porcelain"])).toBe("");
});
