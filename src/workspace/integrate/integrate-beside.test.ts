import { expect, it } from "vitest";
import { asAttemptId, type CommitId } from "../../domain/ids.ts";
import { attemptRef, jobTipRef, pinRef } from "../refs/ref-names.ts";
import { updateRef } from "../refs/update-ref.ts";
import { snapshot } from "../snapshot/snapshot.ts";
import { moveSlot } from "../slots/move-slot.ts";
import type { Slot } from "../slots/slot.ts";
import {
  job,
  scratchRepository,
  writeFiles,
  type Files,
  type ScratchRepository,
} from "../../../test/support/scratch-repository.ts";
import { integrateAttempt, type IntegrationRequest } from "./integrate-attempt.ts";
import { integrateBeside } from "./integrate-beside.ts";

const tipRef = jobTipRef(job);

/** What an agent did to `base`, brought home. */
async function attempt(slot: Slot, name: string, files: Files): Promise<CommitId> {
  const base = slot.repo.head;
  await moveSlot(slot, { to: base, jobId: job });
  await writeFiles(slot.path, files);
  return (await snapshot(slot, { ref: attemptRef(job, asAttemptId(name)), parent: base, message: name })).commit;
}

/** Two attempts from one base: the tip stands on the first, and the second is to be merged. */
async function twoAttempts(
  scratch: ScratchRepository,
  first: Files,
  second: Files,
): Promise<[Slot, IntegrationRequest]> {
  const slot = await scratch.slot("s");
  const { repo } = slot;
  const tip = await attempt(slot, "one", first);
  const attemptCommit = await attempt(slot, "two", second);
  await updateRef(repo, { ref: tipRef, to: tip, from: undefined });
  const message = "Do the task";
  return [slot, { jobId: job, ref: tipRef, expectedTip: tip, attemptCommit, attemptBase: repo.head, message }];
}

const lines = (first: string, last: string): string => `${first}\n2\n3\n4\n5\n6\n7\n8\n${last}\n`;

it.each<[string, Files, Files]>([
  ["different files", { "b.txt": "b\n" }, { "c.txt": "c\n", "sub/d.txt": "d\n" }],
  ["one file in different places", { "a.txt": lines("one", "9") }, { "a.txt": lines("1", "nine") }],
  ["the same change", { "b.txt": "same\n" }, { "b.txt": "same\n" }],
])("merges as a slot would, and leaves the tip and the slot alone: %s", async (_what, first, second) => {
  await using scratch = await scratchRepository({ files: { "a.txt": lines("1", "9") } });
  const [slot, request] = await twoAttempts(scratch, first, second);

  const commit = await integrateBeside(slot.repo, request);

  const [tree, parents, pin, tip] = await Promise.all(
    [`${commit}^{tree}`, `${commit}^@`, pinRef(job, commit ?? request.expectedTip), tipRef].map((name) =>
      scratch.git(["rev-parse", name]),
    ),
  );
  expect([parents, pin, tip]).toEqual([request.expectedTip, commit, request.expectedTip]);
  const inSlot = await integrateAttempt(slot, request);
  if (inSlot.status !== "merged") throw new Error("expected a merge");
  expect(tree).toBe(await scratch.git(["rev-parse", `${inSlot.commit}^{tree}`]));
});

it("puts an attempt that started at the tip on it as it is, with trailers", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s");
  const { repo } = slot;
  await updateRef(repo, { ref: tipRef, to: repo.head, from: undefined });
  const attemptCommit = await attempt(slot, "one", { "b.txt": "b\n" });

  const commit = await integrateBeside(repo, {
    jobId: job,
    ref: tipRef,
    expectedTip: repo.head,
    attemptCommit,
    attemptBase: repo.head,
    message: "Do the task",
    trailers: { "Tutti-Task": "job-1/task" },
  });

  expect(await scratch.git(["log", "-1", "--format=%an|%P|%B", commit ?? ""])).toBe(
    `Ada|${repo.head}|Do the task\n\nTutti-Task: job-1/task\n`,
  );
  expect(await scratch.git(["rev-parse", `${commit}^{tree}`])).toBe(
    await scratch.git(["rev-parse", `${attemptCommit}^{tree}`]),
  );
});

it("leaves a conflict to a slot", async () => {
  await using scratch = await scratchRepository();
  const [slot, request] = await twoAttempts(scratch, { "a.txt": "ours\n" }, { "a.txt": "theirs\n" });
  expect(await integrateBeside(slot.repo, request)).toBeUndefined();
});

it("leaves one file that both changed to a slot where attributes may say how, and only that", async () => {
  const attributes = { ".gitattributes": "*.txt -merge\n", "a.txt": lines("1", "9") };
  await using scratch = await scratchRepository({ files: attributes });
  const [slot, request] = await twoAttempts(
    scratch,
    { "a.txt": lines("one", "9") },
    { "a.txt": lines("1", "nine"), "b.txt": "b\n" },
  );
  expect(await integrateBeside(slot.repo, request)).toBeUndefined();

  const other = await attempt(slot, "three", { "c.txt": "c\n" });
  expect(await integrateBeside(slot.repo, { ...request, attemptCommit: other })).toMatch(/^[0-9a-f]{40}$/);
});

it("leaves it to a slot when history knows another common base than the attempt does", async () => {
  await using scratch = await scratchRepository();
  const [slot, request] = await twoAttempts(scratch, { "b.txt": "b\n" }, { "c.txt": "c\n" });
  const attemptBase = request.attemptCommit;
  expect(await integrateBeside(slot.repo, { ...request, attemptBase })).toBeUndefined();
});

it("refuses a tip that has moved", async () => {
  await using scratch = await scratchRepository();
  const [slot, request] = await twoAttempts(scratch, { "b.txt": "b\n" }, { "c.txt": "c\n" });
  const stale = { ...request, expectedTip: slot.repo.head };
  await expect(integrateBeside(slot.repo, stale)).rejects.toMatchObject({ code: "CONFLICT" });
});
