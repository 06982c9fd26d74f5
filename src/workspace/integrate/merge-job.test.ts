import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
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

/** Everything of the checkout but our own temporary files. */
async function refusedUntouched(scratch: ScratchRepository, error: object): Promise<void> {
  const repo = await scratch.open();
  const before = await takeCheckoutFingerprint(repo);
  const entries = await readdir(repo.gitDir);
  await expect(mergeJob(repo, branch, { strategy: "merge" })).rejects.toMatchObject(error);
  expect(compareFingerprints(before, await takeCheckoutFingerprint(repo))).toEqual([]);
  expect((await readdir(repo.gitDir)).filter((name) => !entries.includes(name) && name !== "ORIG_HEAD")).toEqual([]);
}

it.each(["HEAD.lock", "refs/heads/main.lock", "index.lock"])(
  "takes everything back where git meets %s",
  async (lock) => {
    await using scratch = await scratchRepository({
      files: { "a.txt": "one\n", "gone.txt": "g\n", "mine.txt": "m\n" },
    });
    await scratch.git(["checkout", "--quiet", "-b", "tutti/job-1"]);
    await rm(join(scratch.root, "gone.txt"));
    await scratch.commit({ "a.txt": "theirs\n", "b/c.txt": "b\n" });
    await scratch.git(["checkout", "--quiet", "main"]);
    await writeFiles(scratch.root, { "mine.txt": "my edit\n", "staged.txt": "s\n", [`.git/${lock}`]: "" });
    await rm(join(scratch.root, ".git", lock));
    await scratch.git(["add", "staged.txt"]);
    await writeFiles(scratch.root, { [`.git/${lock}`]: "" });

    await refusedUntouched(scratch, { code: "GIT_FAILED", hint: expect.stringContaining("lock") });
    expect(await readFile(join(scratch.root, "a.txt"), "utf8")).toBe("one\n");
  },
);

it("changes nothing where a filter can't write a file", async () => {
  await using scratch = await scratchRepository({
    files: { "a.txt": "one\n", ".gitattributes": "*.big filter=far\n" },
  });
  await jobBranchWith(scratch, { "a.txt": "theirs\n", "b.big": "b\n" });
  await scratch.git(["config", "filter.far.smudge", "false"]);
  await scratch.git(["config", "filter.far.required", "true"]);
  await refusedUntouched(scratch, { code: "GIT_FAILED", message: expect.stringContaining("b.big") });
});

it("clears away what a merge that was killed has left, and not what one at work needs", async () => {
  await using scratch = await scratchRepository();
  await jobBranchWith(scratch, { "b.txt": "b\n" });
  const repo = await scratch.open();
  await mkdir(join(repo.gitDir, "tutti-merge-old/files"), { recursive: true });
  await mkdir(join(repo.gitDir, "tutti-merge-new"));
  await utimes(join(repo.gitDir, "tutti-merge-old"), 0, 0);

  await mergeJob(repo, branch, { strategy: "merge" });

  const left = (await readdir(repo.gitDir)).filter((name) => name.startsWith("tutti-merge-"));
  expect(left).toEqual(["tutti-merge-new"]);
});

it.each<[string, Files]>([
  ["a file where a folder has to stand", { new: "mine\n" }],
  ["a file below what has to be a file", { "b.txt/mine.txt": "mine\n" }],
])("refuses %s, and names it", async (_what, edit) => {
  await using scratch = await scratchRepository();
  await jobBranchWith(scratch, { "new/b.txt": "b\n", "b.txt": "b\n" });
  await writeFiles(scratch.root, edit);
  const [path = ""] = Object.keys(edit);
  await refusedUntouched(scratch, { code: "CONFLICT", context: { paths: expect.arrayContaining([path]) } });
});

it.each([
  ["merge", ["merge", "--no-ff", "--no-commit", "side"]],
  ["cherry-pick", ["cherry-pick", "other"]],
  ["revert", ["revert", "--no-edit", "HEAD~1"]],
  ["rebase", ["rebase", "other"]],
  ["bisect", ["bisect", "start", "HEAD", "HEAD~1"]],
])("refuses in the middle of a %s, and says how to end it", async (operation, args) => {
  await using scratch = await scratchRepository();
  await jobBranchWith(scratch, { "b.txt": "b\n" });
  await scratch.git(["branch", "side"]);
  await scratch.git(["checkout", "--quiet", "side"]);
  await scratch.commit({ "side.txt": "s\n" });
  await scratch.git(["checkout", "--quiet", "-b", "other", "main"]);
  await scratch.commit({ "a.txt": "other\n" });
  await scratch.git(["checkout", "--quiet", "main"]);
  await scratch.commit({ "a.txt": "two\n" });
  await scratch.commit({ "a.txt": "three\n" });
  await scratch.git(args).catch(String);

  const hint = expect.stringMatching(new RegExp(`git ${operation} (--abort|reset)`));
  await refusedUntouched(scratch, { code: "CONFLICT", message: expect.stringContaining(operation), hint });
});

it("writes no file outside of a sparse checkout", async () => {
  await using scratch = await scratchRepository({ files: { "in/a.txt": "one\n", "out/b.txt": "one\n" } });
  await jobBranchWith(scratch, { "in/a.txt": "two\n", "out/b.txt": "two\n", "out/new.txt": "new\n" });
  await scratch.git(["sparse-checkout", "set", "in"]);

  await mergeJob(await scratch.open(), branch, { strategy: "merge" });

  expect(await readdir(scratch.root)).not.toContain("out");
  expect(await readFile(join(scratch.root, "in/a.txt"), "utf8")).toBe("two\n");
  expect(await scratch.git(["show", "HEAD:out/new.txt"])).toBe("new");
  expect(await scratch.git(["status", "--porcelain"])).toBe("");
});

it("merges files whose names are no UTF-8, and what deletes a file", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "gone.txt": "g\n" } });
  await scratch.git(["checkout", "--quiet", "-b", "tutti/job-1"]);
  await rm(join(scratch.root, "gone.txt"));
  await writeFile(Buffer.concat([Buffer.from(`${scratch.root}/l`), Buffer.from([0xe9])]), "new\n");
  await scratch.commit({}, "the job's work");
  await scratch.git(["checkout", "--quiet", "main"]);

  await mergeJob(await scratch.open(), branch, { strategy: "merge" });

  expect(await readdir(scratch.root)).toEqual([".git", "a.txt", "l\uFFFD"]);
  expect(await scratch.git(["status", "--porcelain"])).toBe("");
});
