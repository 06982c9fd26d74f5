import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskSpace } from "../../domain/schedule/admission.ts";

/** What this user may still write where each of `paths` is, or will be. */
export const freeDisk = (paths: readonly string[]): Promise<readonly DiskSpace[]> => Promise.all(paths.map(spaceAt));

async function spaceAt(path: string): Promise<DiskSpace> {
  const { bavail, bsize } = await statsOfNearest(path);
  return { path, freeBytes: bavail * bsize };
}

/** A folder that is not there yet will be where its parent is. */
async function statsOfNearest(path: string) {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return await statfs(folder);
    } catch (error) {
      const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isMissing || dirname(folder) === folder) throw error;
    }
  }
}
