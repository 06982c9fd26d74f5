import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { asAttemptId } from "../../domain/ids.ts";
import { attemptRef } from "../refs/ref-names.ts";
import { moveSlot } from "../slots/move-slot.ts";
import type { Slot } from "../slots/slot.ts";
import { job, scratchRepository, userGit, writeFiles } from "../../../test/support/scratch-repository.ts";
import { snapshot, type Snapshot, type SnapshotRequest } from "./snapshot.ts";

const ref = attemptRef(job, asAttemptId("job-1/task/1"));
const shell = promisify(execFile);

async function take(slot: Slot, extra: Partial<SnapshotRequest> = {}): Promise<Snapshot> {
  return await snapshot(slot, { ref, parent: slot.repo.head, message: "work", ...extra });
}

const namesOf = (result: Snapshot): readonly string[] => result.changedFiles.map(({ path }) => path);

it("records edits, deletions, executables, links and files made by a shell, with line counts", async () => {
  await using scratch = await scratchRepository({
    files: { "a.txt": "1\n2\n3\n", "gone.txt": "x\n", "tool.sh": "x\n" },
  });
  const slot = await scratch.slot("s1");
  await writeFile(join(slot.path, "a.txt"), "1\ntwo\n3\n4\n");
  await rm(join(slot.path, "gone.txt"));
  await chmod(join(slot.path, "tool.sh"), 0o755);
  await symlink("a.txt", join(slot.path, "link"));
  await shell("sh", ["-c", "mkdir -p 'deep/ä b' && printf 'x\\ny\\n' > 'deep/ä b/made.txt'"], { cwd: slot.path });

  const result = await take(slot);

  expect(result.changedFiles).toEqual([
    { path: "a.txt", status: "modified", kind: "file", added: 2, deleted: 1, isBinary: false },
    { path: "deep/ä b/made.txt", status: "added", kind: "file", added: 2, deleted: 0, isBinary: false },
    { path: "gone.txt", status: "deleted", kind: "file", added: 0, deleted: 1, isBinary: false },
    { path: "link", status: "added", kind: "symlink", added: 1, deleted: 0, isBinary: false },
    { path: "tool.sh", status: "modified", kind: "executable", added: 0, deleted: 0, isBinary: false },
  ]);
  expect(result.diffStat).toEqual({ files: 5, added: 5, deleted: 2 });
  expect(await scratch.git(["rev-parse", ref])).toBe(result.commit);
  expect(await scratch.git(["rev-parse", `${ref}^`])).toBe(slot.repo.head);
});

it("keeps files whose names are no UTF-8, and the next task does not find them", async () => {
  await using scratch = await scratchRepository({ files: false });
  const inRoot = (root: string, name: string): Buffer =>
    Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, "latin1")]);
  await writeFile(inRoot(scratch.root, "l\xe9.txt"), "one\n");
  const base = await scratch.commit({ ".gitignore": "out/\n" });
  const slot = await scratch.slot("s1");
  await mkdir(inRoot(slot.path, "d\xff"));
  await mkdir(join(slot.path, "out"));
  for (const name of ["l\xe9.txt", "d\xff/\xfe\n", "out/\xe9"]) await writeFile(inRoot(slot.path, name), "two\n");

  await take(slot, { parent: base, includeIgnored: ["out"] });
  const listed = await scratch.git(["-c", "core.quotePath=true", "ls-tree", "-r", "--name-only", ref]);
  expect(listed.split("\n")).toEqual([
    ".gitignore",
    String.raw`"d\377/\376\n"`,
    String.raw`"l\351.txt"`,
    String.raw`"out/\351"`,
  ]);
  expect(await scratch.git(["log", "-p", "-1", "--format=", ref])).toContain("+two");

  expect(await moveSlot(slot, { to: base, jobId: job })).toEqual({ rescues: [] });
  expect(await readdir(slot.path)).toEqual([".git", ".gitignore", "l\uFFFD.txt"]);
});

it("is empty when nothing changed", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  expect(await take(slot)).toMatchObject({ isEmpty: true, changedFiles: [] });
});

it("includes what the agent committed, on whatever branch", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await userGit(slot.path, ["checkout", "--quiet", "-b", "feature"]);
  await writeFiles(slot.path, { "b.txt": "committed\n" });
  await userGit(slot.path, ["add", "-A"]);
  await userGit(slot.path, ["commit", "--quiet", "-m", "agent's commit"]);

  const result = await take(slot);
  expect(namesOf(result)).toEqual(["b.txt"]);
  expect(await scratch.git(["log", "--format=%s", ref])).toBe("work\nstart");
});

it("sees changes that an agent hid with flags in its own index", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await userGit(slot.path, ["update-index", "--assume-unchanged", "a.txt"]);
  await writeFiles(slot.path, { "a.txt": "changed\n" });
  expect(namesOf(await take(slot))).toEqual(["a.txt"]);
});

it("saves the files when the agent deleted the slot's git directory", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await rm(slot.gitDir, { recursive: true });
  await writeFiles(slot.path, { "a.txt": "changed\n", "b.txt": "new\n" });
  expect(namesOf(await take(slot))).toEqual(["a.txt", "b.txt"]);
});

it("runs no program that the agent configured", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const proof = join(scratch.parent, "ran");
  await userGit(slot.path, ["config", "filter.evil.clean", `touch ${proof}; cat`]);
  await userGit(slot.path, ["config", "core.fsmonitor", `touch ${proof}`]);
  await writeFiles(slot.path, { ".gitattributes": "* filter=evil\n", "a.txt": "changed\n" });
  await take(slot);
  await expect(shell("ls", [proof])).rejects.toThrow();
});

it("leaves ignored files out unless they are named, and then takes folders and globs", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "out/\n*.log\n", "a.txt": "one\n" } });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "out/deep/report.html": "r", "out/x.txt": "x", "run.log": "log", "other.log": "o" });

  expect(namesOf(await take(slot, { ref: `${ref}-a` }))).toEqual([]);
  const named = await take(slot, { ref: `${ref}-b`, includeIgnored: ["out", "run.*", "missing.txt"] });
  expect(namesOf(named)).toEqual(["out/deep/report.html", "out/x.txt", "run.log"]);
});

it("refuses expected outputs outside the working copy", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await expect(take(slot, { includeIgnored: ["../secret"] })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  await expect(take(slot, { includeIgnored: ["/etc/passwd"] })).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

it("leaves out what a sandbox left behind, but not the same names with content or in the base", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", ".profile": "base\n" } });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, {
    ".bashrc": "",
    ".claude/settings.json": "",
    ".mcp.json": "{}\n",
    ".profile": "",
    "pkg/.bashrc": "",
  });
  await shell("mkfifo", [join(slot.path, ".zshrc")]);

  const result = await take(slot);
  expect(namesOf(result)).toEqual([".mcp.json", ".profile", "pkg/.bashrc"]);
  expect(result.leftovers).toEqual([".bashrc", ".claude/settings.json"]);
});

it("keeps the files of repositories that were made inside the slot", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "pkg/tracked.txt": "t\n" } });
  const slot = await scratch.slot("s1");
  await mkdir(join(slot.path, "vendor/lib"), { recursive: true });
  await userGit(join(slot.path, "vendor/lib"), ["init", "--quiet"]);
  await writeFiles(slot.path, { "vendor/lib/code.js": "code", "vendor/lib/sub/more.js": "more", "new/file.txt": "n" });
  await userGit(join(slot.path, "new"), ["init", "--quiet"]);
  await userGit(join(slot.path, "new"), ["add", "-A"]);
  await userGit(join(slot.path, "new"), ["commit", "--quiet", "-m", "inner"]);
  await userGit(join(slot.path, "vendor/lib/sub"), ["init", "--quiet"]);
  await userGit(join(slot.path, "pkg"), ["init", "--quiet"]);
  await writeFiles(slot.path, { "pkg/tracked.txt": "changed\n", "pkg/added.txt": "a\n" });

  const result = await take(slot);
  expect(namesOf(result)).toEqual([
    "new/file.txt",
    "pkg/added.txt",
    "pkg/tracked.txt",
    "vendor/lib/code.js",
    "vendor/lib/sub/more.js",
  ]);
  expect(result.changedFiles.every(({ kind }) => kind === "file")).toBe(true);
  expect(result.nestedRepositories).toEqual(["new", "vendor/lib"]);
});

it("can be repeated with equal files and refuses to replace other files", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "changed\n" });
  const first = await take(slot);
  expect((await take(slot, { message: "again" })).commit).toBe(first.commit);

  await writeFiles(slot.path, { "a.txt": "changed again\n" });
  await expect(take(slot)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await scratch.git(["show", `${ref}:a.txt`])).toBe("changed");
});

it("works from a shallow clone", async () => {
  await using scratch = await scratchRepository();
  await scratch.commit({ "b.txt": "two\n" });
  const shallow = join(scratch.parent, "shallow");
  await scratch.git(["clone", "--quiet", "--depth=1", `file://${scratch.root}`, shallow]);
  const { openRepository } = await import("../repository/open-repository.ts");
  const { createSlot } = await import("../slots/create-slot.ts");
  const { asSlotId } = await import("../../domain/ids.ts");
  const repo = await openRepository(shallow);
  const path = join(scratch.parent, "slot");
  const slot = await createSlot({ repo, path, slotId: asSlotId("s"), base: repo.head, jobId: job });
  await writeFiles(slot.path, { "a.txt": "changed\n" });

  expect(namesOf(await take(slot))).toEqual(["a.txt"]);
  expect(await userGit(shallow, ["fsck"])).not.toMatch(/missing|broken/);
});

it("keeps submodules as they are recorded", async () => {
  await using scratch = await scratchRepository();
  await using library = await scratchRepository({ files: { "lib.txt": "lib\n" } });
  await scratch.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.root, "lib"]);
  await scratch.commit({}, "with a submodule");
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "changed\n" });
  expect(namesOf(await take(slot))).toEqual(["a.txt"]);
});
