import { execFile } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const sizeMb = 96;
const chunk = Buffer.alloc(1024 * 1024);
/** Down to the last bytes: a small record may still fit where a large one doesn't. */
const smallChunk = Buffer.alloc(4096);

/** A disk of its own for one folder, that can be filled to the last byte. */
export type SmallDisk = {
  readonly fill: () => Promise<void>;
  readonly free: () => Promise<void>;
  readonly remove: () => Promise<void>;
};

/**
 * Mounts a disk in memory at a folder.
 * @returns `undefined` where this person may not mount
 */
export async function smallDisk(folder: string): Promise<SmallDisk | undefined> {
  await mkdir(folder, { recursive: true });
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m,mode=700`, "tmpfs", folder]);
  } catch {
    return undefined;
  }
  const ballast = join(folder, "ballast");
  return {
    fill: () => fillUp(ballast),
    free: () => rm(ballast, { force: true }),
    // Lazily: whatever still stands in it is looked at elsewhere.
    remove: async () => void (await run("umount", ["--lazy", folder])),
  };
}

async function fillUp(path: string): Promise<void> {
  const file = await open(path, "w");
  try {
    for (const part of [chunk, smallChunk]) while (await hasRoom(() => file.write(part)));
  } finally {
    await file.close();
  }
}

async function hasRoom(write: () => Promise<{ readonly bytesWritten: number }>): Promise<boolean> {
  try {
    return (await write()).bytesWritten > 0;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false;
    throw error;
  }
}
