import { readFile, stat } from "node:fs/promises";
import { indexEntries } from "./index-entries.ts";
import { controlIndex } from "./index-file.ts";
import type { Slot } from "./slot.ts";

/**
 * Whether the slot's index is younger than every file that it knows. Otherwise git reads those of the same second again at each
 * look, until an index is written anew. Source: `is_racy_timestamp` in git's `read-cache.c`.
 */
export async function isSettled(slot: Slot): Promise<boolean> {
  const path = controlIndex(slot);
  const [index, { mtimeMs }] = await Promise.all([readFile(path), stat(path)]);
  const entries = indexEntries(index, slot.repo);
  return entries !== undefined && entries.youngestFileS < Math.floor(mtimeMs / 1000);
}
