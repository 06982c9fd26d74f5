import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Slot } from "./slot.ts";

const folder = (slot: Slot): string => join(slot.controlDir, "kept-index");

/**
 * The index of the last snapshot, named by its tree. Comparing the slot's files with it shows that nothing has changed since,
 * and it knows all files that a move has to remove.
 */
export const keptIndex = (slot: Slot, tree: string): string => join(folder(slot), tree);

/** At most one is kept. */
export async function makeRoomForIndex(slot: Slot): Promise<void> {
  await rm(folder(slot), { recursive: true, force: true });
  await mkdir(folder(slot), { recursive: true });
}

export async function dropKeptIndex(slot: Slot): Promise<void> {
  await rm(folder(slot), { recursive: true, force: true });
}
