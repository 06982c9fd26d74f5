import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { CommitId, JobId } from "../../domain/ids.ts";
import { exactBytes } from "../git/exact-text.ts";
import { pinCommit } from "../refs/pins.ts";
import { saveSlot } from "../rescue/rescue-slot.ts";
import type { Rescue } from "../rescue/rescue.ts";
import { checkOut, standOn } from "./check-out.ts";
import { ignoredFiles } from "./included-files.ts";
import { controlIndex } from "./index-file.ts";
import { isSettled } from "./is-settled.ts";
import { control, type Slot } from "./slot.ts";
import { environmentPaths, readSlotState, type SlotState } from "./slot-state.ts";
import { sweep } from "./sweep.ts";

export type MoveRequest = {
  /** The commit to stand on. It is pinned for the job first. */
  readonly to: CommitId;
  /** The job that the move is for. */
  readonly jobId: JobId;
  /** The job whose work may still lie in the slot: it gets the rescue. Default `jobId`. */
  readonly previousJobId?: JobId;
};

export type Move = {
  /** What had to be saved first, because no ref held it. Empty when the last snapshot held everything. */
  readonly rescues: readonly Rescue[];
};

/**
 * Moves a slot to another commit: tracked files become that commit's, untracked ones go, ignored ones (dependencies, build
 * output, copied files) stay, `.git` is made anew. Anything that would be lost is rescued first, so there is no way to move
 * a slot and lose work; a slot that can't be rescued is not moved.
 * @throws {TuttiError} `GIT_FAILED`, `SLOT_UNKNOWN`
 */
export async function moveSlot(slot: Slot, { to, jobId, previousJobId }: MoveRequest): Promise<Move> {
  const owner = previousJobId ?? jobId;
  await pinCommit(slot.repo, jobId, to);
  const saved = await saveSlot(slot, { jobId: owner, reason: "before the slot moved on" });
  const before = await readSlotState(slot);
  const isThere = before.base === to && saved.indexFile === controlIndex(slot) && (await isSettled(slot));
  await (isThere ? standOn(slot, to) : checkOut(slot, to, saved.indexFile));
  if (saved.indexFile === undefined) await removeIncluded(slot, before);
  const swept = await sweep(slot, owner, saved.tree);
  return { rescues: [...(saved.rescue === undefined ? [] : [saved.rescue]), ...swept] };
}

/** Ignored files that were part of the last task's work are saved with it; the next task must not find them. */
async function removeIncluded(slot: Slot, before: SlotState): Promise<void> {
  const files = await ignoredFiles(control(slot), before.includeIgnored, environmentPaths(before));
  await Promise.all(files.map((path) => rm(exactBytes(join(slot.path, path)), { force: true })));
}
