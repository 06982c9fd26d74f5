import { copyFile, mkdir, rm, stat, utimes } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { ifAbsent, type Slot } from "./slot.ts";

/** The index that belongs to the slot's base commit, with what git knows about the files on disk. */
export const controlIndex = (slot: Slot): string => join(slot.controlDir, "index");

/**
 * Copies an index without making it look younger. Git rehashes files that are not older than their index, because a change
 * within the same second leaves size and time as they were; a fresh time on the copy would hide such a change for good.
 * Whole seconds, because that is what git compares. Source: `is_racy_timestamp` in git's `read-cache.c`.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(ifAbsent);
  // A pipe that an agent left in its place would be waited for.
  if (found?.isFile() !== true) return;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  const seconds = Math.floor(found.mtimeMs / 1000);
  await utimes(to, seconds, seconds);
}

/** Runs `work` with the path of an index file that is gone afterwards. It starts as a copy of `from`, or empty. */
export async function withTemporaryIndex<T>(
  slot: Slot,
  from: string | undefined,
  work: (indexFile: string) => Promise<T>,
): Promise<T> {
  const indexFile = join(slot.controlDir, "temporary", `${randomUUID()}.index`);
  await mkdir(dirname(indexFile), { recursive: true });
  try {
    if (from !== undefined) await copyIndex(from, indexFile);
    return await work(indexFile);
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
}
