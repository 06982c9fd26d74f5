import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { asAttemptId, asCommitId, asJobId, asSlotId } from "../../domain/ids.ts";
import { job, scratchRepository } from "../../../test/support/scratch-repository.ts";
import { pinCommit } from "./pins.ts";
import { attemptRef, fromRefSafe, jobBranch, jobOfRef, pinRef, refSafe, rescueRef, snapshotRef } from "./ref-names.ts";
import { removeStaleLocks } from "./stale-locks.ts";
import { deleteRef, readRef, updateRef } from "./update-ref.ts";

it("turns any id into one valid component of a ref, and back", async () => {
  await using scratch = await scratchRepository();
  const nasty = ["a..b", ".hidden", "x.lock", "a/b", "@{", "@", "sp ace", "tilde~^:?*[\\", "-", "é", "%41", "end."];
  for (const id of nasty) {
    const ref = attemptRef(asJobId(id), asAttemptId(`${id}/task/1`));
    expect(await scratch.git(["check-ref-format", ref])).toBe("");
    expect(jobOfRef(ref)).toBe(id);
  }
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (id) => {
      expect(fromRefSafe(refSafe(id))).toBe(id);
      expect(refSafe(id)).toMatch(/^[A-Za-z0-9_%-]+$/);
    }),
  );
});

it("never names one ref below another", () => {
  const attempts = ["j/t/1", "j/t", "j/t/1/2"].map((id) => asAttemptId(id));
  const refs = [
    jobBranch(job),
    jobBranch(asJobId("job-1/x")),
    ...attempts.flatMap((id) => [attemptRef(job, id), snapshotRef(job, id), snapshotRef(job, id, "2")]),
    rescueRef(job, asSlotId("s"), "1"),
    rescueRef(job, asSlotId("s/1"), "1"),
  ];
  for (const ref of refs) expect(refs.filter((other) => other.startsWith(`${ref}/`))).toEqual([]);
});

it("moves a ref only from what it is said to hold", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const next = await scratch.commit({ "b.txt": "b" });
  const ref = "refs/tutti/job-1/tip";
  await expect(updateRef(repo, { ref, to: next, from: repo.head })).rejects.toMatchObject({ code: "CONFLICT" });
  await updateRef(repo, { ref, to: repo.head, from: undefined });
  await expect(updateRef(repo, { ref, to: next, from: undefined })).rejects.toMatchObject({ code: "CONFLICT" });
  await updateRef(repo, { ref, to: next, from: repo.head });
  await expect(updateRef(repo, { ref, to: next, from: repo.head })).rejects.toMatchObject({
    code: "CONFLICT",
    failureClass: "conflict",
  });
  await expect(deleteRef(repo, ref, repo.head)).rejects.toMatchObject({ code: "CONFLICT" });
  await deleteRef(repo, ref, next);
  expect(await readRef(repo, ref)).toBeUndefined();
});

it("says when a branch of the user takes the name, and when the commit doesn't exist", async () => {
  await using scratch = await scratchRepository();
  await scratch.git(["branch", "tutti"]);
  const repo = await scratch.open();
  await expect(updateRef(repo, { ref: jobBranch(job), to: repo.head, from: undefined })).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("in the way"),
  });
  const missing = asCommitId("1".repeat(40));
  await expect(updateRef(repo, { ref: "refs/tutti/x", to: missing, from: undefined })).rejects.toMatchObject({
    code: "GIT_FAILED",
  });
});

it("lets exactly one of many win", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const commits = await Promise.all([1, 2, 3, 4].map(async () => repo.head));
  const results = await Promise.allSettled(
    commits.map(async (to) => await updateRef(repo, { ref: "refs/tutti/race", to, from: undefined })),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

it("keeps a pinned commit from garbage collection as long as its pin is there", async () => {
  await using scratch = await scratchRepository();
  const doomed = await scratch.commit({ "b.txt": "b" });
  const repo = await scratch.open();
  await pinCommit(repo, job, doomed);
  await pinCommit(repo, job, doomed);
  await scratch.git(["reset", "--quiet", "--hard", "HEAD~1"]);
  await scratch.git(["reflog", "expire", "--expire=now", "--all"]);
  await scratch.git(["gc", "--quiet", "--prune=now"]);
  expect(await scratch.git(["show", `${doomed}:b.txt`])).toBe("b");

  await deleteRef(repo, pinRef(job, asCommitId(doomed)), asCommitId(doomed));
  await scratch.git(["update-ref", "-d", "ORIG_HEAD"]);
  await scratch.git(["gc", "--quiet", "--prune=now"]);
  await expect(scratch.git(["show", `${doomed}:b.txt`])).rejects.toThrow();
});

it("frees a job's own refs from the locks of a killed git, and leaves the user's locks alone", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const ref = rescueRef(job, asSlotId("s1"), "now");
  await updateRef(repo, { ref, to: repo.head, from: undefined });
  const locks = [`${ref}.lock`, "refs/heads/main.lock"].map((path) => join(scratch.root, ".git", path));
  for (const lock of locks) await writeFile(lock, "");
  await expect(deleteRef(repo, ref, repo.head)).rejects.toThrow();

  expect(await removeStaleLocks(repo, job)).toEqual([`${ref}.lock`]);

  await deleteRef(repo, ref, repo.head);
  expect(locks.map((lock) => existsSync(lock))).toEqual([false, true]);
});
