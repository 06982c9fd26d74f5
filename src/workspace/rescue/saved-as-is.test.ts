import { chmod, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { asAttemptId } from "../../domain/ids.ts";
import { attemptRef } from "../refs/ref-names.ts";
import type { Slot } from "../slots/slot.ts";
import { moveSlot } from "../slots/move-slot.ts";
import { snapshot } from "../snapshot/snapshot.ts";
import { job, scratchRepository, userGit, writeFiles } from "../../../test/support/scratch-repository.ts";
import { lookForSaved, type SavedAsIs } from "./saved-as-is.ts";

const savedAsIs = async (slot: Slot, globs: readonly string[]): Promise<SavedAsIs | undefined> =>
  (await lookForSaved(slot, globs)).asIs;

const ref = attemptRef(job, asAttemptId("job-1/task/1"));
const outputs = ["out/report.txt", "logs/*.log"];
const base = { "a.txt": "one\n", "tool.sh": "x\n", "sub/c.txt": "c\n", ".gitignore": "out/\nlogs/\n" };
const work = { "b.txt": "aaa\n", "sub/d.txt": "d\n", "a.txt": "two\n", "out/report.txt": "report\n" };

async function takeSnapshot(slot: Slot): Promise<string> {
  const taken = await snapshot(slot, { ref, parent: slot.repo.head, message: "work", includeIgnored: outputs });
  return taken.tree;
}

it("knows a slot that stands as its base commit, and one that stands as its snapshot", async () => {
  await using scratch = await scratchRepository({ files: base });
  const slot = await scratch.slot("s1");
  expect(await savedAsIs(slot, [])).toMatchObject({ tree: `${slot.repo.head}^{tree}` });
  await writeFiles(slot.path, work);
  expect(await savedAsIs(slot, outputs)).toBeUndefined();
  const tree = await takeSnapshot(slot);
  expect(await savedAsIs(slot, outputs)).toMatchObject({ tree });
  expect(await scratch.git(["ls-tree", "-r", "--name-only", ref])).toBe(
    ".gitignore\na.txt\nb.txt\nout/report.txt\nsub/c.txt\nsub/d.txt\ntool.sh",
  );
});

it("moves on from a snapshot without a rescue, and leaves none of its files behind", async () => {
  await using scratch = await scratchRepository({ files: base });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { ...work, "out/cache.bin": "kept\n", "new/deep/e.txt": "e\n" });
  await takeSnapshot(slot);
  const next = await scratch.commit({ "b.txt": "the user's\n" });

  expect(await moveSlot(slot, { to: next, jobId: job })).toEqual({ rescues: [] });

  const ls = ["ls-files", "--others", "--directory", "-z"];
  expect(await userGit(slot.path, ls)).toBe("out/\0");
  expect(await userGit(slot.path, ["ls-files", "--others"])).toBe("out/cache.bin");
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
  expect(await userGit(slot.path, ["rev-parse", "HEAD"])).toBe(next);
});

type Act = (slot: Slot) => Promise<unknown>;

it.each<[string, Act, string, string]>([
  ["a file with other content of the same size", (s) => writeFiles(s.path, { "b.txt": "bbb\n" }), "b.txt", "bbb"],
  ["a file of the base commit", (s) => writeFiles(s.path, { "a.txt": "six\n" }), "a.txt", "six"],
  ["a new file", (s) => writeFiles(s.path, { "sub/new.txt": "new\n" }), "sub/new.txt", "new"],
  ["an ignored output", (s) => writeFiles(s.path, { "out/report.txt": "again\n" }), "out/report.txt", "again"],
  ["an output that a glob names", (s) => writeFiles(s.path, { "logs/x.log": "log\n" }), "logs/x.log", "log"],
  ["a repository inside", nestedRepository, "inner/file.txt", "inner"],
  ["a folder that became a link", linkedFolder, "sub", "../elsewhere"],
  ["a file that new ignore rules hide", hiddenFile, "notes.txt", "notes"],
])("sees what changed after the snapshot, and the move rescues it: %s", async (_what, act, path, content) => {
  await using scratch = await scratchRepository({ files: base });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, work);
  await takeSnapshot(slot);
  await act(slot);

  expect(await savedAsIs(slot, outputs)).toBeUndefined();
  const { rescues } = await moveSlot(slot, { to: slot.repo.head, jobId: job });

  expect(rescues).toHaveLength(1);
  expect(await scratch.git(["show", `${rescues[0]?.ref}:${path}`])).toBe(content);
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
});

async function nestedRepository({ path }: Slot): Promise<void> {
  await writeFiles(path, { "inner/file.txt": "inner\n" });
  await userGit(join(path, "inner"), ["init", "--quiet"]);
}

/** The same files are found through the link. */
async function linkedFolder({ path }: Slot): Promise<void> {
  await rename(join(path, "sub"), join(path, "..", "elsewhere"));
  await symlink("../elsewhere", join(path, "sub"));
}

async function hiddenFile({ path }: Slot): Promise<void> {
  await writeFiles(path, { ".gitignore": "out/\nlogs/\nnotes.txt\n", "notes.txt": "notes\n" });
}

it.each<[string, Act]>([
  ["a file that is gone", (s) => rm(join(s.path, "b.txt"))],
  ["a file that became an executable", (s) => chmod(join(s.path, "tool.sh"), 0o755)],
])("sees %s", async (_what, act) => {
  await using scratch = await scratchRepository({ files: base });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, work);
  await takeSnapshot(slot);
  await act(slot);
  expect(await savedAsIs(slot, outputs)).toBeUndefined();
});

it("rescues again what lost its ref", async () => {
  await using scratch = await scratchRepository({ files: base });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, work);
  await takeSnapshot(slot);
  await scratch.git(["update-ref", "-d", ref]);
  await scratch.git(["gc", "--quiet", "--prune=now"]);

  const { rescues } = await moveSlot(slot, { to: slot.repo.head, jobId: job });

  expect(await scratch.git(["show", `${rescues[0]?.ref}:b.txt`])).toBe("aaa");
  expect(await scratch.git(["fsck", "--full", "--no-dangling"])).not.toMatch(/missing|broken/);
});

it("trusts nothing after a move that was cut short", async () => {
  await using scratch = await scratchRepository({ files: base });
  const slot = await scratch.slot("s1");
  const next = await scratch.commit({ "b.txt": "b\n" });
  await writeFile(join(slot.controlDir, "HEAD"), `${next}\n`);
  expect(await savedAsIs(slot, [])).toBeUndefined();
});

it("puts what a snapshot holds into the user's repository, ready for a check of everything", async () => {
  await using scratch = await scratchRepository({ files: base });
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { ...work, "inner/file.txt": "inner\n" });
  await userGit(join(slot.path, "inner"), ["init", "--quiet"]);
  await takeSnapshot(slot);
  await rm(slot.controlDir, { recursive: true });
  expect(await scratch.git(["fsck", "--full", "--no-dangling"])).not.toMatch(/missing|broken/);
  expect(await scratch.git(["show", `${ref}:inner/file.txt`])).toBe("inner");
});
