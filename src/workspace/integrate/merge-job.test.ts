import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compareFingerprints } from "../checkout/compare-fingerprints.ts";
import { takeCheckoutFingerprint } from "../checkout/fingerprint.ts";
import {
  scratchRepository,
  writeFiles,
  type Files,
  type ScratchRepository,
} from "../../../test/support/scratch-repository.ts";
import { mergeJob } from "./merge-job.ts";

const branch = "refs/heads/tutti/job-1";

/** A job's branch with one commit, while the user's checkout stays on main. */
async function jobBranchWith(scratch: ScratchRepository, files: Files): Promise<void> {
  await scratch.git(["checkout", "--quiet", "-b", "tutti/job-1"]);
  await scratch.commit(files, "the job's work");
  await scratch.git(["checkout", "--quiet", "main"]);
}

it("merges with a merge commit and leaves unrelated uncommitted work alone", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "mine.txt": "mine\n" } });
  await jobBranchWith(scratch, { "b.txt": "b\n" });
  await scratch.commit({ "c.txt": "c\n" });
  await writeFiles(scratch.root, { "mine.txt": "my edit\n", "untracked.txt": "u\n", "staged.txt": "s\n" });
  await scratch.git(["add", "staged.txt"]);

  const result = await mergeJob(await scratch.open(), branch, { strategy: "merge" });

  expect(await scratch.git(["rev-parse", "HEAD"])).toBe(result.commit);
  expect(await scratch.git(["log", "-1", "--format=%an|%cn|%s"])).toBe("Ada|Ada|Merge branch 'tutti/job-1'");
  expect((await scratch.git(["rev-parse", "HEAD^@"])).split("\n")).toHaveLength(2);
  expect(await readFile(join(scratch.root, "b.txt"), "utf8")).toBe("b\n");
  expect(await scratch.git(["status", "--porcelain"])).toBe(" M mine.txt\nA  staged.txt\n?? untracked.txt");
  expect(await scratch.git(["branch", "--show-current"])).toBe("main");
});

it("squashes into one commit, and finds nothing to do the second time", async () => {
  await using scratch = await scratchRepository();
  await jobBranchWith(scratch, { "b.txt": "b\n" });
  await scratch.commit({ "c.txt": "c\n" });
  const first = await mergeJob(await scratch.open(), branch, { strategy: "squash", message: "All of it" });
  expect(await scratch.git(["log", "-2", "--format=%s"])).toBe("All of it\nwork");
  const again = await mergeJob(await scratch.open(), branch, { strategy: "squash" });
  expect(again).toEqual({ commit: first.commit, isUpToDate: true });
});

it("moves forward only where nothing diverged", async () => {
  await using scratch = await scratchRepository();
  await jobBranchWith(scratch, { "b.txt": "b\n" });
  const tip = await scratch.git(["rev-parse", branch]);
  const repo = await scratch.open();
  expect(await mergeJob(repo, branch, { strategy: "ff" })).toEqual({ commit: tip, isUpToDate: false });

  await scratch.git(["reset", "--quiet", "--hard", "HEAD~1"]);
  await scratch.commit({ "c.txt": "c\n" });
  await expect(mergeJob(repo, branch, { strategy: "ff" })).rejects.toMatchObject({ code: "CONFLICT" });
});

it.each(["merge", "squash"] as const)("refuses a conflict without touching anything (%s)", async (strategy) => {
  await using scratch = await scratchRepository();
  await jobBranchWith(scratch, { "a.txt": "theirs\n", "b.txt": "b\n" });
  await scratch.commit({ "a.txt": "ours\n" });
  const repo = await scratch.open();
  const before = await takeCheckoutFingerprint(repo);
  await expect(mergeJob(repo, branch, { strategy })).rejects.toMatchObject({
    code: "CONFLICT",
    context: { paths: ["a.txt"] },
  });
  expect(compareFingerprints(before, await takeCheckoutFingerprint(repo))).toEqual([]);
});

it.each<[string, Files]>([
  ["a tracked file", { "a.txt": "my edit\n" }],
  ["an untracked file", { "b.txt": "mine\n" }],
  ["an ignored file", { "secret.log": "mine\n" }],
])("refuses to overwrite %s with uncommitted work", async (_what, edit) => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n" } });
  await scratch.git(["checkout", "--quiet", "-b", "tutti/job-1"]);
  await scratch.commit({ "a.txt": "theirs\n", "b.txt": "b\n", "secret.log": "tracked\n" }, "the job's work");
  await scratch.git(["checkout", "--quiet", "main"]);
  await writeFiles(scratch.root, { ".git/info/exclude": "*.log\n", ...edit });
  const repo = await scratch.open();
  const before = await takeCheckoutFingerprint(repo);
  await expect(mergeJob(repo, branch, { strategy: "merge" })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(compareFingerprints(before, await takeCheckoutFingerprint(repo))).toEqual([]);
  for (const [name, content] of Object.entries(edit)) {
    expect(await readFile(join(scratch.root, name), "utf8")).toBe(content);
  }
});

it("says that a branch doesn't exist", async () => {
  await using scratch = await scratchRepository();
  const merge = mergeJob(await scratch.open(), "refs/heads/tutti/nothing", { strategy: "merge" });
  await expect(merge).rejects.toMatchObject({ code: "INPUT_INVALID" });
});
