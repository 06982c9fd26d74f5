import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { controlIndex } from "../slots/index-file.ts";
import { keptIndex } from "../slots/kept-index.ts";
import { isTreeSaved } from "../slots/saved-trees.ts";
import { ensureOwnDirectory, ifAbsent, type Slot } from "../slots/slot.ts";
import { readSlotState, type SlotState } from "../slots/slot-state.ts";
import { lookAtWork, type Work } from "../snapshot/look-at-work.ts";

export type SavedAsIs = {
  /** A name that git has for the tree that the slot's files are. */
  readonly tree: string;
  /** Knows every file of that tree as it stands in the slot. */
  readonly indexFile: string;
};

export type SavedLook = {
  /** Absent when in doubt. */
  readonly asIs?: SavedAsIs;
  /** What the look has shown, if it was by the slot's own index. */
  readonly seen?: Work;
};

/**
 * Whether the slot's files are exactly what a ref of the user's repository holds already: the last snapshot, or the base
 * commit. One look of git, where writing the tree anew takes five.
 */
export async function lookForSaved(slot: Slot, includeIgnored: readonly string[]): Promise<SavedLook> {
  await ensureOwnDirectory(slot);
  const state = await readSlotState(slot);
  const known = (await lastSnapshot(slot, state)) ?? (await baseCommit(slot, state));
  if (known === undefined) return {};
  const { indexFile } = known;
  const work = await lookAtWork(slot, { indexFile, includeIgnored });
  const isChanged = work.isReshaped || [work.modified, work.added, work.repositories].some(({ length }) => length > 0);
  const isBase = indexFile === controlIndex(slot);
  if (!isChanged && !(isBase && work.isStaged)) return { asIs: known };
  return isBase ? { seen: work } : {};
}

/** One that left other ignore rules than the base's may hide files: that takes a closer look. */
async function lastSnapshot(slot: Slot, { saved, base }: SlotState): Promise<SavedAsIs | undefined> {
  const [last] = saved;
  if (last === undefined || last.rulesOf !== base) return undefined;
  const indexFile = keptIndex(slot, last.tree);
  const isKept = await access(indexFile).then(() => true, ifAbsent);
  return isKept === true && (await isTreeSaved(slot, last.tree)) ? { tree: last.tree, indexFile } : undefined;
}

/** A move that was cut short may have left an index of another commit. */
async function baseCommit(slot: Slot, { base }: SlotState): Promise<SavedAsIs | undefined> {
  const head = await readFile(join(slot.controlDir, "HEAD"), "utf8").catch(ifAbsent);
  return head === `${base}\n` ? { tree: `${base}^{tree}`, indexFile: controlIndex(slot) } : undefined;
}
