import { copyFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";

import { asAttemptId, asCheckpointId, asSlotId } from "../domain/ids.ts";
import { git } from "./git/run-git.ts";
import { noteGits } from "../../test/support/noted-gits.ts";
import { job, scratchRepository, userGit, writeFiles } from "../../test/support/scratch-repository.ts";
import {
  attemptRef,
  branchState,
  createSlot,
  diffOf,
  integrateBeside,
  jobBranch,
  jobTipRef,
  keepCheckpoint,
  moveSlot,
  openRepository,
  readChange,
  snapshot,
  updateRefs,
} from "./index.ts";
import { takeCheckoutFingerprint } from "./checkout/fingerprint.ts";
import { checkpointRef } from "./refs/ref-names.ts";
import { control } from "./slots/slot.ts";

afterEach(() => void vi.unstubAllEnvs());

it("passes a task through a slot and onto the tip with no more git processes than these", async () => {
  await using scratch = await scratchRepository();
  const gits = await noteGits(scratch.parent);
  const [tipRef, branch] = [jobTipRef(job), jobBranch(job)];
  async function costOf<T>(what: Promise<T>): Promise<readonly [T, readonly string[]]> {
    const result = await what;
    const commands = (await gits()).map(({ command }) => command);
    // One for many moves of refs, for as long as they follow one another closely: see ref-session.test.ts.
    return [result, commands.filter((command) => command !== "update-ref")];
  }

  const [repo, opening] = await costOf(openRepository(scratch.root));
  expect(opening.toSorted()).toEqual(["config", "rev-parse"]);
  const base = repo.head;

  const starts = [tipRef, branch].map((ref) => ({ ref, to: base, from: undefined }));
  expect((await costOf(updateRefs(repo, starts)))[1]).toEqual([]);
  const kept = { ref: checkpointRef(job, asCheckpointId("1")), tip: base, others: [], message: "" };
  expect((await costOf(keepCheckpoint(repo, kept)))[1]).toEqual([]);

  const wanted = { repo, path: `${scratch.parent}/slot`, slotId: asSlotId("s"), base, jobId: job };
  const [slot, making] = await costOf(createSlot(wanted));
  expect(making).toEqual(["config", "read-tree"]);

  await writeFiles(slot.path, { "a.txt": "two\n", "b.txt": "b\n" });
  const ref = attemptRef(job, asAttemptId("1"));
  const [taken, taking] = await costOf(snapshot(slot, { ref, parent: base, message: "work" }));
  expect(taking).toEqual(["status", "update-index", "write-tree", "commit-tree", "diff-tree"]);
  expect((await costOf(diffOf(repo, base, taken.commit)))[1]).toEqual([]);
  const [, reading] = await costOf(readChange(repo, { from: base, to: taken.commit }, taken.changedFiles));
  expect(reading).toEqual(["cat-file", "diff-tree"]);

  const change = { jobId: job, ref: tipRef, attemptCommit: taken.commit, attemptBase: base, message: "work" };
  const [merged = base, merging] = await costOf(integrateBeside(repo, { ...change, expectedTip: base }));
  expect(merging).toEqual(["commit-tree"]);
  expect((await costOf(branchState(repo, branch)))[1]).toEqual([]);
  const moves = [tipRef, branch].map((name) => ({ ref: name, to: merged, from: base }));
  expect((await costOf(updateRefs(repo, moves)))[1]).toEqual([]);
  const [beside = base, besideOther] = await costOf(integrateBeside(repo, { ...change, expectedTip: merged }));
  expect(besideOther).toEqual(["merge-tree", "commit-tree", "diff-tree"]);
  expect((await costOf(diffOf(repo, merged, beside)))[1]).toEqual([]);

  const move = async (): Promise<readonly string[]> => (await costOf(moveSlot(slot, { to: merged, jobId: job })))[1];
  expect(await move()).toEqual(["status", "read-tree", "ls-files"]);
  // For a task that has only read, in a slot whose files are older than what git knows of them.
  const past = Date.now() / 1000 - 60;
  for (const path of ["a.txt", "b.txt"]) await utimes(join(slot.path, path), past, past);
  await git(control(slot), ["update-index", "--refresh"]);
  await copyFile(join(slot.controlDir, "index"), join(slot.gitDir, "index"));
  await userGit(slot.path, ["status"]);
  await gits();
  expect(await move()).toEqual(["status", "ls-files"]);
  // What nothing holds is saved by five of these.
  await writeFiles(slot.path, { "a.txt": "three\n", "c.txt": "c\n" });
  const saving = ["status", "update-index", "write-tree", "diff-tree", "commit-tree", "fetch"];
  expect(await move()).toEqual([...saving, "read-tree", "ls-files"]);
});

it("looks at the user's checkout with two processes, once it knows what is staged", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  await takeCheckoutFingerprint(repo);
  const gits = await noteGits(scratch.parent);

  await takeCheckoutFingerprint(repo);

  expect((await gits()).map(({ command }) => command).toSorted()).toEqual(["for-each-ref", "status"]);
});
