import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { asJobId } from "../../domain/ids.ts";
import { moveSlot } from "../slots/move-slot.ts";
import type { Slot } from "../slots/slot.ts";
import { job, scratchRepository, userGit, writeFiles } from "../../../test/support/scratch-repository.ts";
import { listRescues } from "./list-rescues.ts";
import { rescueSlot } from "./rescue-slot.ts";
import type { Rescue } from "./rescue.ts";
import { restoreRescue } from "./restore-rescue.ts";

const rescue = async (slot: Slot): Promise<Rescue | undefined> =>
  await rescueSlot(slot, { jobId: job, reason: "the worker died" });

async function agentCommit(slot: Slot, file: string): Promise<string> {
  await writeFiles(slot.path, { [file]: `${file}\n` });
  await userGit(slot.path, ["add", "-A"]);
  await userGit(slot.path, ["commit", "--quiet", "-m", file]);
  return await userGit(slot.path, ["rev-parse", "HEAD"]);
}

it("saves nothing from an untouched slot, and nothing twice", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  expect(await rescue(slot)).toBeUndefined();
  await writeFiles(slot.path, { "b.txt": "new\n" });
  expect(await rescue(slot)).toBeDefined();
  expect(await rescue(slot)).toBeUndefined();
});

it("keeps branches, older stashes and commits that only a reflog knows, under one ref", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await userGit(slot.path, ["checkout", "--quiet", "-b", "left"]);
  const left = await agentCommit(slot, "left.txt");
  await userGit(slot.path, ["checkout", "--quiet", "--detach", "HEAD~1"]);
  const abandoned = await agentCommit(slot, "abandoned.txt");
  await userGit(slot.path, ["reset", "--quiet", "--hard", "HEAD~1"]);
  for (const text of ["first", "second"]) {
    await writeFile(join(slot.path, "a.txt"), `${text}\n`);
    await userGit(slot.path, ["stash", "--quiet"]);
  }
  const stashes = (await userGit(slot.path, ["log", "-g", "--format=%H", "refs/stash"])).split("\n");

  const saved = await rescue(slot);

  const reachable = (await scratch.git(["rev-list", saved?.ref ?? ""])).split("\n");
  expect(reachable).toEqual(expect.arrayContaining([left, abandoned, ...stashes]));
  expect(saved?.isHistoryOnly).toBe(true);
  expect(saved?.keptCommits).toContainEqual({ commit: left, from: "refs/heads/left" });
  expect(await rescue(slot)).toBeUndefined();
});

it("keeps staged content that is nowhere else", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "staged version\n" });
  await userGit(slot.path, ["add", "-A"]);
  await writeFiles(slot.path, { "a.txt": "one\n" });

  const saved = await rescue(slot);
  const [kept] = saved?.keptCommits ?? [];
  expect(kept?.from).toBe("index");
  expect(await scratch.git(["show", `${kept?.commit}:a.txt`])).toBe("staged version");
});

it("keeps the history of a repository that was made inside the slot", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const inner = join(slot.path, "inner");
  await writeFiles(inner, { "x.txt": "early\n" });
  await userGit(inner, ["init", "--quiet", "-b", "trunk"]);
  await userGit(inner, ["add", "-A"]);
  await userGit(inner, ["commit", "--quiet", "-m", "early"]);
  const early = await userGit(inner, ["rev-parse", "HEAD"]);
  await writeFiles(inner, { "x.txt": "late\n" });

  const saved = await rescue(slot);
  expect(saved?.keptCommits).toEqual([{ commit: early, from: "inner: refs/heads/trunk" }]);
  expect(await scratch.git(["show", `${saved?.ref}:inner/x.txt`])).toBe("late");
  expect(await scratch.git(["show", `${early}:x.txt`])).toBe("early");
});

it("keeps a git directory that can't be read beside the slot and saves the files", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await agentCommit(slot, "b.txt");
  await writeFiles(slot.path, { "a.txt": "changed\n" });
  await rm(join(slot.gitDir, "objects"), { recursive: true });

  const { rescues } = await moveSlot(slot, { to: slot.repo.head, jobId: job });
  expect(rescues[0]).toMatchObject({ keptAside: 1 });
  expect(await scratch.git(["show", `${rescues[0]?.ref}:a.txt`])).toBe("changed");
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
});

it("survives an agent's own collection of garbage", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const commit = await agentCommit(slot, "b.txt");
  await userGit(slot.path, ["gc", "--quiet", "--prune=now"]);
  const saved = await rescue(slot);
  expect((await scratch.git(["rev-list", saved?.ref ?? ""])).split("\n")).toContain(commit);
});

it("lists rescues of one job or of all, newest first, with what they hold", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "b.txt": "new\n" });
  const first = await rescue(slot);
  await writeFiles(slot.path, { "b.txt": "newer\n" });
  const other = asJobId("other/job");
  const second = await rescueSlot(slot, { jobId: other, reason: "moved on" });

  const all = await listRescues(slot.repo);
  expect(new Set(all.map(({ ref }) => ref))).toEqual(new Set([first?.ref, second?.ref]));
  const [listed] = await listRescues(slot.repo, { jobId: other });
  expect(listed).toMatchObject({
    ref: second?.ref,
    jobId: other,
    slotId: "s1",
    reason: "moved on",
    base: slot.repo.head,
  });
});

it("restores into a new branch or a new folder, and overwrites neither", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "b.txt": "new\n" });
  const { ref = "" } = (await rescue(slot)) ?? {};

  await restoreRescue(slot.repo, ref, { branch: "found" });
  expect(await scratch.git(["show", "found:b.txt"])).toBe("new");
  expect(await scratch.git(["rev-parse", "found^"])).toBe(slot.repo.head);
  await expect(restoreRescue(slot.repo, ref, { branch: "found" })).rejects.toMatchObject({ code: "CONFLICT" });

  const directory = join(scratch.parent, "found");
  await restoreRescue(slot.repo, ref, { directory });
  expect(await readFile(join(directory, "b.txt"), "utf8")).toBe("new\n");
  await expect(restoreRescue(slot.repo, ref, { directory })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  expect(await scratch.git(["status", "--porcelain"])).toBe("");
});
