import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobId } from "../../domain/ids.ts";
import type { Repository } from "../repository/repository.ts";
import { ifAbsent } from "../slots/slot.ts";
import { jobBranch, jobRefs } from "./ref-names.ts";

/**
 * Removes the lock files that a killed git left on a job's own refs: as long as one is there, the ref can't move. Locks on
 * anything else are the user's. Only for when no process of the job lives.
 * @returns what was removed, relative to the repository's git directory
 */
export async function removeStaleLocks(repo: Repository, job: JobId): Promise<readonly string[]> {
  const folder = jobRefs(job);
  const entries = (await readdir(join(repo.commonDir, folder), { recursive: true }).catch(ifAbsent)) ?? [];
  const candidates = [...entries.map((entry) => join(folder, entry)), `${jobBranch(job)}.lock`];
  const found = await Promise.all(
    candidates.filter((path) => path.endsWith(".lock")).map((path) => removed(repo.commonDir, path)),
  );
  return found.filter((path) => path !== undefined);
}

async function removed(directory: string, path: string): Promise<string | undefined> {
  const isGone = await rm(join(directory, path)).then(() => true, ifAbsent);
  return isGone === true ? path : undefined;
}
