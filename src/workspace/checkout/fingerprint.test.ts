import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratchRepository, writeFiles, type ScratchRepository } from "../../../test/support/scratch-repository.ts";
import { compareFingerprints } from "./compare-fingerprints.ts";
import { takeCheckoutFingerprint } from "./fingerprint.ts";

/** Kinds and names of what `act` moved. */
async function movesOf(scratch: ScratchRepository, act: () => Promise<unknown>): Promise<readonly string[]> {
  const repo = await scratch.open();
  const before = await takeCheckoutFingerprint(repo);
  await act();
  const moves = compareFingerprints(before, await takeCheckoutFingerprint(repo));
  return moves.map(({ kind, name }) => `${kind} ${name}`);
}

type Act = (scratch: ScratchRepository) => Promise<unknown>;

it.each<[string, Act, readonly string[]]>([
  ["nothing", async (s) => await s.git(["status"]), []],
  ["a touched tracked file and a refreshed index", touchAndRefresh, []],
  ["our own refs", async (s) => await s.git(["update-ref", "refs/tutti/j/tip", "HEAD"]), []],
  ["the job's branch", async (s) => await s.git(["branch", "tutti/j"]), []],
  ["our own folders", async (s) => await writeFiles(s.root, { ".tutti/state/db": "x", ".tutti/slots/1/a": "x" }), []],
  ["a new branch", async (s) => await s.git(["branch", "extra"]), ["branch refs/heads/extra"]],
  ["a tag", async (s) => await s.git(["tag", "v1"]), ["tag refs/tags/v1"]],
  ["another branch in the checkout", async (s) => await s.git(["switch", "--quiet", "other"]), ["head HEAD"]],
  ["a detached HEAD", async (s) => await s.git(["switch", "--quiet", "--detach"]), ["head HEAD"]],
  ["a commit", async (s) => await s.git(["commit", "-q", "--allow-empty", "-m", "x"]), ["branch refs/heads/main"]],
  ["a dropped older stash", async (s) => await s.git(["stash", "drop", "--quiet", "stash@{1}"]), ["stash stash"]],
  ["staging", async (s) => await s.git(["add", "dirty.txt"]), ["index index", "file dirty.txt"]],
  [
    "another edit of a dirty file",
    async (s) => await writeFiles(s.root, { "dirty.txt": "again\n" }),
    ["file dirty.txt"],
  ],
  ["an edit of a clean file", async (s) => await writeFiles(s.root, { "a.txt": "edited\n" }), ["file a.txt"]],
  ["an untracked file", async (s) => await writeFiles(s.root, { "deep/new.txt": "n" }), ["file deep/new.txt"]],
  ["configuration", async (s) => await s.git(["config", "core.editor", "x"]), ["config config"]],
  ["a hook", async (s) => await writeFiles(s.root, { ".git/hooks/post-commit*": "#!/bin/sh\n" }), ["hooks hooks"]],
])("tells what moved: %s", async (_what, act, expected) => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "dirty.txt": "d\n" } });
  await scratch.git(["branch", "other"]);
  for (const text of ["1", "2"]) {
    await writeFiles(scratch.root, { "a.txt": text });
    await scratch.git(["stash", "--quiet"]);
  }
  await writeFiles(scratch.root, { "dirty.txt": "edit\n" });
  expect(await movesOf(scratch, async () => await act(scratch))).toEqual(expected);
});

it("works in a linked checkout and does not see the main one's files", async () => {
  await using scratch = await scratchRepository();
  const linked = join(scratch.parent, "linked");
  await scratch.git(["worktree", "add", "--quiet", "-b", "side", linked]);
  const { openRepository } = await import("../repository/open-repository.ts");
  const repo = await openRepository(linked);
  const before = await takeCheckoutFingerprint(repo);
  await writeFiles(scratch.root, { "a.txt": "changed in the main checkout\n" });
  expect(compareFingerprints(before, await takeCheckoutFingerprint(repo))).toEqual([]);
  await writeFiles(linked, { "a.txt": "changed here\n" });
  expect(compareFingerprints(before, await takeCheckoutFingerprint(repo))).toMatchObject([
    { kind: "file", name: "a.txt" },
  ]);
});

async function touchAndRefresh(scratch: ScratchRepository): Promise<void> {
  await writeFile(join(scratch.root, "a.txt"), "one\n");
  await mkdir(join(scratch.root, "empty"), { recursive: true });
  await scratch.git(["status", "--porcelain"]);
}
