import fc from "fast-check";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

import { job, scratchRepository, type ScratchRepository } from "../../../test/support/scratch-repository.ts";
import { asSlotId, type CommitId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { home } from "../repository/repository.ts";
import { createSlot } from "../slots/create-slot.ts";
import { fillSlot, slotFiles } from "./slot-files.ts";
import { restorePaths } from "./restore-paths.ts";
import { restoreWorktree, worktreeFiles } from "./worktree.ts";

/** More where somebody asks for more: each run starts dozens of processes. */
const numRuns = Number(process.env["TUTTI_PROPERTY_RUNS"] ?? 12);

const names = [
  "a.txt",
  "b c.txt",
  "line\nbreak",
  "ünï/cödé €.md",
  "deep/er/x",
  "deep/y",
  '"quoted"',
  "-dash",
  "big.bin",
];

type Step =
  | { readonly do: "write"; readonly path: string; readonly content: Uint8Array }
  | { readonly do: "delete" | "mode" | "shell"; readonly path: string }
  | { readonly do: "link"; readonly path: string; readonly to: string };

const path = fc.constantFrom(...names);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.constantFrom("one\r\ntwo\r\n", "", "no newline", "\0\u0001\0").map((text) => new TextEncoder().encode(text)),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("write" as const), path, content }),
  fc.record({ do: fc.constantFrom("delete" as const, "mode" as const, "shell" as const), path }),
  fc.record({ do: fc.constant("link" as const), path, to: fc.constantFrom("a.txt", "nowhere", "../outside") }),
);
const history = fc.array(step, { minLength: 1, maxLength: 8 });

/** Whatever stands in the way of a path goes: a folder, or a file where a folder has to be. */
async function makeRoom(root: string, name: string): Promise<string> {
  const parts = name.split("/");
  for (let depth = 1; depth < parts.length; depth += 1) {
    const parent = join(root, ...parts.slice(0, depth));
    if ((await lstat(parent).catch(() => undefined))?.isDirectory() === false) await rm(parent);
  }
  const file = join(root, name);
  await mkdir(dirname(file), { recursive: true });
  return file;
}

async function act(root: string, one: Step): Promise<void> {
  const file = await makeRoom(root, one.path);
  const isFile = (await lstat(file).catch(() => undefined))?.isFile() === true;
  if (one.do === "mode") {
    if (isFile) await chmod(file, ((await lstat(file)).mode & 0o100) === 0 ? 0o755 : 0o644);
    return;
  }
  if (one.do === "shell" && isFile) {
    await writeFile(file, "by the shell\n", { flag: "a" });
    return;
  }
  await rm(file, { recursive: true, force: true });
  if (one.do === "write") await writeFile(file, one.content);
  if (one.do === "link") await symlink(one.to, file);
  if (one.do === "shell") await writeFile(file, "new by the shell\n");
}

/** Every file with its kind, mode and bytes. Git has no empty folders, and of a submodule the commit. */
async function photograph(root: string, below = ""): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    const file = join(root, name);
    if (entry.name === ".git" || name === "sub" || name === "unrelated.log") continue;
    if (entry.isDirectory()) Object.assign(found, await photograph(root, name));
    else if (entry.isSymbolicLink()) found[name] = `link ${await readlink(file)}`;
    else found[name] = `${(await lstat(file)).mode & 0o100} ${(await readFile(file)).toString("hex")}`;
  }
  return found;
}

/** With a submodule, an executable, a link and ignored files. */
async function project(): Promise<ScratchRepository> {
  const scratch = await scratchRepository({
    files: { "a.txt": "one\n", "run.sh*": "#!/bin/sh\n", ".gitignore": "*.log\n", "deep/y": "y\n" },
  });
  await symlink("a.txt", join(scratch.root, "link"));
  const { stdout: inner } = { stdout: await scratch.git(["rev-parse", "HEAD"]) };
  await scratch.git(["update-index", "--add", "--cacheinfo", `160000,${inner.trim()},sub`]);
  await mkdir(join(scratch.root, "sub"));
  await scratch.git(["add", "link"]);
  await scratch.git(["commit", "-q", "-m", "a submodule and a link"]);
  return scratch;
}

it("gives the files of a slot back byte for byte, whatever was done there", { timeout: 300_000 }, async () => {
  await using scratch = await project();
  const repo = await scratch.open();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(history, history, fc.boolean(), async (before, after, isExpected) => {
      number += 1;
      const slot = await scratch.slot(`s${number}`);
      for (const one of before) await act(slot.path, one);
      await writeFile(join(slot.path, "unrelated.log"), "ignored");
      if (isExpected) await writeFile(join(slot.path, "expected.log"), "ignored and expected\r\n");
      const then = await photograph(slot.path);
      const request = { path: slot.path, slotId: slot.slotId, base: repo.head, message: "m" };
      const commit = (await slotFiles(repo, { ...request, includeIgnored: ["expected.log"] })) ?? repo.head;
      expect(await photograph(slot.path)).toEqual(then);
      for (const one of after) await act(slot.path, one);

      const path = join(scratch.parent, "slots", `r${number}`);
      const other = await createSlot({ repo, path, slotId: asSlotId(`r${number}`), base: repo.head, jobId: job });
      await fillSlot(other, commit);
      expect(await photograph(other.path)).toEqual(then);
      expect(await git(home(repo), ["ls-tree", commit, "sub"])).toContain("160000 commit");
      await Promise.all([slot, other].map((used) => rm(used.path, { recursive: true })));
    }),
    { numRuns },
  );
});

it("gives a person's own files back and touches neither index, stash nor HEAD", { timeout: 300_000 }, async () => {
  await using scratch = await project();
  await writeFile(join(scratch.root, "stashed.txt"), "stashed");
  await scratch.git(["stash", "push", "-q", "-u"]);
  const repo = await scratch.open();
  await fc.assert(
    fc.asyncProperty(history, history, fc.boolean(), async (before, after, isStaged) => {
      for (const one of before) await act(scratch.root, one);
      if (isStaged) await scratch.git(["add", "-A"]);
      const then = await photograph(scratch.root);
      const own = await ownState(scratch);
      const { commit } = await worktreeFiles(repo);
      expect([await photograph(scratch.root), await ownState(scratch)]).toEqual([then, own]);

      for (const one of after) await act(scratch.root, one);
      const between = await photograph(scratch.root);
      const saved: CommitId[] = [];
      const save = async (files: { readonly commit: CommitId }): Promise<void> => void saved.push(files.commit);
      await restoreWorktree(repo, { to: commit, save });
      expect([await photograph(scratch.root), await ownState(scratch)]).toEqual([then, own]);
      await restoreWorktree(repo, { to: saved[0] ?? commit, save });
      expect([await photograph(scratch.root), await ownState(scratch)]).toEqual([between, own]);
    }),
    { numRuns },
  );
});

/** What belongs to the person and is not a file of theirs. */
const ownState = async (scratch: ScratchRepository): Promise<readonly string[]> =>
  Promise.all([
    scratch.git(["ls-files", "--stage"]),
    scratch.git(["rev-parse", "HEAD", "refs/stash"]),
    scratch.git(["symbolic-ref", "HEAD"]),
  ]);

it("refuses to write over an ignored file, and changes nothing then", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "*.log\n", "a.txt": "one\n" } });
  const repo = await scratch.open();
  await writeFile(join(scratch.root, ".gitignore"), "");
  await writeFile(join(scratch.root, "x.log"), "then");
  const { commit } = await worktreeFiles(repo);
  await writeFile(join(scratch.root, ".gitignore"), "*.log\n");
  await writeFile(join(scratch.root, "x.log"), "now, and ignored");
  const then = await photograph(scratch.root);
  await expect(restoreWorktree(repo, { to: commit, save: async () => undefined })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect(await photograph(scratch.root)).toEqual(then);
});

it("refuses to put a folder in the place of an ignored file, and changes nothing then", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "build\n", "a.txt": "one\n" } });
  const repo = await scratch.open();
  await writeFile(join(scratch.root, ".gitignore"), "");
  await mkdir(join(scratch.root, "build"));
  await writeFile(join(scratch.root, "build", "x"), "then");
  const { commit } = await worktreeFiles(repo);
  await rm(join(scratch.root, "build"), { recursive: true });
  await writeFile(join(scratch.root, ".gitignore"), "build\n");
  await writeFile(join(scratch.root, "build"), "now, a file, and ignored");
  const then = await photograph(scratch.root);
  await expect(restoreWorktree(repo, { to: commit, save: async () => undefined })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect(await photograph(scratch.root)).toEqual(then);
});

it("restores paths on a branch: content, modes, and whether they exist", async () => {
  await using scratch = await scratchRepository({
    files: { "src/a.txt": "a\n", "src/run.sh*": "x", "src/was/file": "f", "other.txt": "o\n" },
  });
  const from = (await scratch.open()).head;
  await rm(join(scratch.root, "src/was"), { recursive: true });
  await chmod(join(scratch.root, "src/run.sh"), 0o644);
  const tip = await scratch.commit({ "src/was": "now a file", "src/new.txt": "n", "other.txt": "changed\n" });
  const repo = await scratch.open();
  const restored = await restorePaths(repo, { tip, from, paths: ["src/**"], message: "m" });
  expect(restored?.paths.toSorted()).toEqual(["src/new.txt", "src/run.sh", "src/was", "src/was/file"]);
  const of = (commit: string, where: string) => scratch.git(["ls-tree", "-r", commit, where]);
  expect(await of(restored?.commit ?? "", "src")).toBe(await of(from, "src"));
  expect(await of(restored?.commit ?? "", "other.txt")).toBe(await of(tip, "other.txt"));
  expect(await restorePaths(repo, { tip, from, paths: ["nothing/**"], message: "m" })).toBeUndefined();
});
