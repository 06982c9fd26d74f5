import { mkdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { job, scratchRepository, userGit, writeFiles } from "../../../test/support/scratch-repository.ts";
import { replaceAgentGitDir } from "../slots/agent-git-dir.ts";
import { moveSlot } from "../slots/move-slot.ts";
import type { Slot } from "../slots/slot.ts";
import { readSlotState } from "../slots/slot-state.ts";
import { isAsGiven } from "./is-as-given.ts";

const files = { "a.txt": "one\n", "run.sh*": "x\n", [`deep/${"name".repeat(40)}.txt`]: "deep\n" };

/** As `git status` of an agent does, whenever git finds the index older than the files. */
async function lookAround(slot: Slot): Promise<void> {
  const path = join(slot.path, "a.txt");
  const { mtimeMs } = await stat(path);
  await utimes(path, mtimeMs / 1000, mtimeMs / 1000 - 5);
  const before = await readFile(join(slot.gitDir, "index"));
  await userGit(slot.path, ["status"]);
  expect((await readFile(join(slot.gitDir, "index"))).equals(before)).toBe(false);
}

it.each(["sha1", "sha256"] as const)("is as given after an agent has looked around (%s)", async (objectFormat) => {
  await using scratch = await scratchRepository({ files, objectFormat });
  const slot = await scratch.slot("s1");
  await lookAround(slot);
  // What Claude Code's sandbox leaves.
  await mkdir(join(slot.gitDir, "worktrees"));
  await mkdir(join(slot.gitDir, "modules"));
  expect(await isAsGiven(slot, slot.repo.head)).toBe(true);
});

type Act = (slot: Slot) => Promise<unknown>;
const agent = async (slot: Slot, ...args: readonly string[]): Promise<unknown> => userGit(slot.path, args);

const acts: Readonly<Record<string, Act>> = {
  "staged other content": async (s) => writeFiles(s.path, { "a.txt": "two\n" }).then(() => agent(s, "add", "a.txt")),
  "staged a new file": async (s) => writeFiles(s.path, { "b.txt": "b\n" }).then(() => agent(s, "add", "b.txt")),
  "staged a removal": async (s) => agent(s, "rm", "--quiet", "--cached", "a.txt"),
  "staged another mode": async (s) => agent(s, "update-index", "--chmod=-x", "run.sh"),
  "hid a file from git": async (s) => agent(s, "update-index", "--assume-unchanged", "a.txt"),
  "skipped a file": async (s) => agent(s, "update-index", "--skip-worktree", "a.txt"),
  "announced a file": async (s) => writeFiles(s.path, { "c.txt": "c\n" }).then(() => agent(s, "add", "-N", "c.txt")),
  "wrote its index in a version of its own": async (s) => agent(s, "update-index", "--index-version", "4"),
  "broke its index": async (s) => writeFile(join(s.gitDir, "index"), "DIRC"),
  "made a checkout of its own": async (s) => agent(s, "worktree", "add", "--quiet", "--detach", "../other"),
  "made a link of a folder": async (s) => symlink(s.path, join(s.gitDir, "worktrees")),
  committed: async (s) => agent(s, "commit", "--quiet", "--allow-empty", "-m", "mine"),
};

it("is not as given when an agent has staged, hidden or committed anything, until the slot moves", async () => {
  await using scratch = await scratchRepository({ files });
  const slot = await scratch.slot("s1");
  for (const [what, act] of Object.entries(acts)) {
    await replaceAgentGitDir(slot, await readSlotState(slot), slot.repo.head);
    expect(await isAsGiven(slot, slot.repo.head), what).toBe(true);
    await act(slot);
    expect(await isAsGiven(slot, slot.repo.head), what).toBe(false);
  }
  await moveSlot(slot, { to: slot.repo.head, jobId: job });
  expect(await isAsGiven(slot, slot.repo.head)).toBe(true);
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
});
