import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../repository/repository.ts";
import { ifAbsent } from "../slots/slot.ts";

/**
 * What every checkout of a repository stands on, as its HEAD says: the name of a ref, or a commit. Costs no process. Source:
 * `git help gitrepository-layout`.
 * @returns `undefined` when git has to be asked: a HEAD is written another way
 */
export async function standingHeads(repo: Repository): Promise<readonly string[] | undefined> {
  const worktrees = join(repo.commonDir, "worktrees");
  const names = (await readdir(worktrees).catch(ifAbsent)) ?? [];
  const files = [repo.commonDir, ...names.map((name) => join(worktrees, name))].map((folder) => join(folder, "HEAD"));
  const heads = await Promise.all(files.map(headIn));
  return heads.every((head) => head !== undefined) ? heads : undefined;
}

async function headIn(file: string): Promise<string | undefined> {
  // Of old, it could be a link to the ref's file.
  if ((await lstat(file).catch(ifAbsent))?.isFile() !== true) return undefined;
  const text = (await readFile(file, "utf8").catch(ifAbsent)) ?? "";
  return /^(?:ref: (refs\/\S+)|([0-9a-f]{40,64}))\n$/
    .exec(text)
    ?.slice(1)
    .find((part) => part !== undefined);
}
