import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { asAttemptId, asSlotId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { attemptRef, jobRefs } from "../refs/ref-names.ts";
import { snapshot } from "../snapshot/snapshot.ts";
import { job, scratchRepository, userGit, writeFiles } from "../../../test/support/scratch-repository.ts";
import { createSlot, openSlot } from "./create-slot.ts";
import { moveSlot } from "./move-slot.ts";
import { control } from "./slot.ts";

/** Resolves when the clock shows another second: what git compares. */
async function nextSecond(): Promise<void> {
  const start = Math.floor(Date.now() / 1000);
  await vi.waitUntil(() => Math.floor(Date.now() / 1000) > start, { timeout: 5_000, interval: 5 });
}

const read = async (...parts: string[]): Promise<string> => await readFile(join(...parts), "utf8");

it("gives an agent an ordinary clean repository without a remote or a branch", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");

  expect(await userGit(slot.path, ["status", "--porcelain=v2", "--branch"])).toContain("# branch.head (detached)");
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
  expect(await userGit(slot.path, ["remote"])).toBe("");
  expect(await userGit(slot.path, ["for-each-ref"])).toBe("");
  expect(await userGit(slot.path, ["log", "--format=%s"])).toBe("start");
});

it("leaves nothing behind when it can't be made whole, so that the next try finds its place free", async () => {
  await using scratch = await scratchRepository();
  const blob = await scratch.git(["rev-parse", "HEAD:a.txt"]);
  const object = join(scratch.root, ".git", "objects", blob.slice(0, 2), blob.slice(2));
  await rename(object, `${object}.aside`);
  await expect(scratch.slot("s1")).rejects.toMatchObject({ code: "GIT_FAILED" });
  expect(await readdir(join(scratch.parent, "slots"))).toEqual([]);

  await rename(`${object}.aside`, object);
  expect(await read((await scratch.slot("s1")).path, "a.txt")).toBe("one\n");
});

it("reaches objects that the user's repository got after the slot was made", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const later = await scratch.commit({ "b.txt": "two\n" });

  expect(await userGit(slot.path, ["show", `${later}:b.txt`])).toBe("two");
  await moveSlot(slot, { to: later, jobId: job });
  expect(await read(slot.path, "b.txt")).toBe("two\n");
});

it("survives a rewind and a pruning collection in the user's repository", async () => {
  await using scratch = await scratchRepository();
  const doomed = await scratch.commit({ "b.txt": "two\n" });
  const slot = await scratch.slot("s1", doomed);
  await scratch.git(["reset", "--quiet", "--hard", "HEAD~1"]);
  await scratch.git(["reflog", "expire", "--expire=now", "--all"]);
  await scratch.git(["gc", "--quiet", "--prune=now"]);

  expect(await userGit(slot.path, ["fsck", "--full"])).not.toMatch(/missing|broken/);
  expect(await userGit(slot.path, ["show", "HEAD:b.txt"])).toBe("two");
});

it("keeps ignored files and drops untracked ones when a slot moves", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "node_modules/\n", "a.txt": "one\n" } });
  const slot = await scratch.slot("s1");
  const next = await scratch.commit({ "a.txt": "two\n" });
  await writeFiles(slot.path, { "node_modules/x/index.js": "x", "notes/todo.txt": "todo" });

  await moveSlot(slot, { to: next, jobId: job });

  expect(await read(slot.path, "a.txt")).toBe("two\n");
  expect(existsSync(join(slot.path, "node_modules/x/index.js"))).toBe(true);
  expect(existsSync(join(slot.path, "notes"))).toBe(false);
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
  expect(await userGit(slot.path, ["rev-parse", "HEAD"])).toBe(next);
});

it("rescues unsaved work before it moves and needs no rescue after a snapshot", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const repo = slot.repo;
  await writeFiles(slot.path, { "a.txt": "changed\n", "new.txt": "new\n" });

  const first = await moveSlot(slot, { to: repo.head, jobId: job });
  const [rescue] = first.rescues;
  expect(await scratch.git(["show", `${rescue?.ref}:new.txt`])).toBe("new");
  expect(await scratch.git(["show", `${rescue?.ref}:a.txt`])).toBe("changed");

  await writeFiles(slot.path, { "a.txt": "changed again\n" });
  const ref = attemptRef(job, asAttemptId("job-1/t/1"));
  await snapshot(slot, { ref, parent: repo.head, message: "work" });
  expect((await moveSlot(slot, { to: repo.head, jobId: job })).rescues).toEqual([]);
});

it("rescues again when the ref that held the work is gone", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "changed\n" });
  const ref = attemptRef(job, asAttemptId("job-1/t/1"));
  await snapshot(slot, { ref, parent: slot.repo.head, message: "work" });
  await scratch.git(["update-ref", "-d", ref]);

  const { rescues } = await moveSlot(slot, { to: slot.repo.head, jobId: job });
  expect(await scratch.git(["show", `${rescues[0]?.ref}:a.txt`])).toBe("changed");
});

it("rescues files that an agent hid by its own ignore rules", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { ".gitignore": "hidden/\n", "hidden/thought.txt": "deep\n" });

  const { rescues } = await moveSlot(slot, { to: slot.repo.head, jobId: job });

  const kept = await Promise.all(rescues.map(({ ref }) => scratch.git(["ls-tree", "-r", "--name-only", ref])));
  expect(kept.join("\n")).toContain("hidden/thought.txt");
  expect(existsSync(join(slot.path, "hidden"))).toBe(false);
});

it("sees a change of the same size made in the second in which the index was written", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const file = join(slot.path, "a.txt");
  await nextSecond();
  await writeFile(file, "one\n");
  await git(control(slot), ["update-index", "--refresh"]);
  await writeFile(file, "two\n");
  await nextSecond();

  const result = await snapshot(slot, { ref: `${jobRefs(job)}x`, parent: slot.repo.head, message: "work" });
  expect(result.changedFiles.map(({ path }) => path)).toEqual(["a.txt"]);
});

it("gives the next task nothing of what the last agent did to git", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await userGit(slot.path, ["checkout", "--quiet", "-b", "mine"]);
  await userGit(slot.path, ["config", "core.hooksPath", "/tmp/evil"]);
  await userGit(slot.path, ["config", "filter.evil.clean", "false"]);
  await writeFiles(slot.path, { ".git/hooks/pre-commit*": "#!/bin/sh\nexit 1\n" });

  await moveSlot(slot, { to: slot.repo.head, jobId: job });

  expect(await userGit(slot.path, ["for-each-ref"])).toBe("");
  expect(await userGit(slot.path, ["config", "--local", "--list"])).not.toMatch(/evil/);
  expect(existsSync(join(slot.path, ".git/hooks/pre-commit"))).toBe(false);
});

it("never follows a link that an agent put where the slot was", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await appendFile(join(scratch.root, "a.txt"), "the user's own change\n");
  await rm(slot.path, { recursive: true });
  await symlink(scratch.root, slot.path);

  await moveSlot(slot, { to: slot.repo.head, jobId: job });

  expect(await read(scratch.root, "a.txt")).toBe("one\nthe user's own change\n");
  expect(await read(slot.path, "a.txt")).toBe("one\n");
  expect(existsSync(join(scratch.root, ".git/HEAD"))).toBe(true);
});

it("lets another process take over a slot, stale locks included", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "half done\n" });
  await writeFile(join(slot.controlDir, "index.lock"), "");

  const again = await openSlot({ repo: slot.repo, path: slot.path, slotId: slot.slotId });
  const { rescues } = await moveSlot(again, { to: slot.repo.head, jobId: job });
  expect(await scratch.git(["show", `${rescues[0]?.ref}:a.txt`])).toBe("half done");
});

it("refuses a folder that holds something, and a slot that isn't there", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const path = join(scratch.parent, "taken");
  await mkdir(path);
  await writeFile(join(path, "mine.txt"), "mine");
  const request = { repo, path, slotId: asSlotId("s1"), base: repo.head, jobId: job };

  await expect(createSlot(request)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  await expect(openSlot(request)).rejects.toMatchObject({ code: "SLOT_UNKNOWN" });
  expect(await read(path, "mine.txt")).toBe("mine");
});

it("works in a repository with SHA-256 names", async () => {
  await using scratch = await scratchRepository({ objectFormat: "sha256" });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "changed\n" });
  const { rescues } = await moveSlot(slot, { to: slot.repo.head, jobId: job });
  expect(rescues[0]?.commit).toHaveLength(64);
});

it("rescues a hidden file that the next commit overwrites", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "*.log\n", "a.txt": "one\n" } });
  const slot = await scratch.slot("s1");
  const next = await scratch.commit({ "notes/n.txt": "the user's\n" });
  const hidden = { ".gitignore": "*.log\nnotes/\nnode_modules/\n", "notes/n.txt": "the agent's\n" };
  await writeFiles(slot.path, { ...hidden, "notes/x.log": "log\n", "node_modules/m/index.js": "m\n" });

  const { rescues } = await moveSlot(slot, { to: next, jobId: job });

  expect(await scratch.git(["show", `${rescues[0]?.ref}:notes/n.txt`])).toBe("the agent's");
  const kept = await Promise.all(rescues.map(({ ref }) => scratch.git(["ls-tree", "-r", "--name-only", ref])));
  expect(kept.join("\n")).not.toMatch(/node_modules|x\.log/);
  expect(await read(slot.path, "notes/n.txt")).toBe("the user's\n");
});
