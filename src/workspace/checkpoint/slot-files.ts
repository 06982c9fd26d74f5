import { lstat } from "node:fs/promises";

import type { CommitId, SlotId } from "../../domain/ids.ts";
import { TuttiError } from "../../domain/errors.ts";
import { treeOf } from "../diff/tree-of.ts";
import { commitTree } from "../git/commit-tree.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { controlIndex, withTemporaryIndex } from "../slots/index-file.ts";
import { control, ifAbsent, slotAt, type Slot } from "../slots/slot.ts";
import { readSlotState } from "../slots/slot-state.ts";
import { writeWorkingTree } from "../snapshot/working-tree.ts";

export type SlotFilesRequest = {
  readonly path: string;
  readonly slotId: SlotId;
  /** What the work in it started from. */
  readonly base: CommitId;
  /** Globs of ignored files that belong to the work. */
  readonly includeIgnored: readonly string[];
  readonly message: string;
};

/**
 * The files of a slot as a commit on what they started from, whatever changed them. Only looks: the slot may be in the hands of
 * another process. The commit is for the caller to hold by a ref.
 * @returns `undefined` when there is no such slot, or its files are those of `base`
 */
export async function slotFiles(repo: Repository, request: SlotFilesRequest): Promise<CommitId | undefined> {
  const { path, slotId, base, includeIgnored, message } = request;
  const slot = slotAt(repo, path, slotId);
  const state = await readSlotState(slot).catch(unlessUnknown);
  // Whatever an agent has put in its place, such as a link to the user's checkout, is not followed.
  const isThere = (await lstat(path).catch(ifAbsent))?.isDirectory() === true;
  if (state === undefined || !isThere) return undefined;
  const globs = [...new Set([...state.includeIgnored, ...includeIgnored])];
  const { tree } = await writeWorkingTree(slot, { includeIgnored: globs, isOnlyLookedAt: true });
  if (tree === (await treeOf(repo, base))) return undefined;
  return await commitTree(home(repo), { tree, parents: [base], message });
}

function unlessUnknown(thrown: unknown): undefined {
  if (TuttiError.is(thrown) && thrown.code === "SLOT_UNKNOWN") return undefined;
  throw thrown;
}

/**
 * Puts the files of a commit into a slot that stands untouched on its base: they are work that is not committed, as they were
 * when the commit was made. What the commit doesn't have goes.
 */
export async function fillSlot(slot: Slot, commit: CommitId): Promise<void> {
  await withTemporaryIndex(slot, controlIndex(slot), async (indexFile) => {
    await git(control(slot), ["read-tree", "--reset", "-u", commit], { env: { GIT_INDEX_FILE: indexFile } });
  });
}
