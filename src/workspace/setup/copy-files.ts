import { constants } from "node:fs";
import { copyFile, lstat, mkdir, readFile, readlink, realpath, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { splitNul } from "../git/nul-list.ts";
import { git } from "../git/run-git.ts";
import { checkout } from "../repository/repository.ts";
import { control, ifAbsent, type Slot } from "../slots/slot.ts";

/**
 * Brings untracked files of the user's checkout (`.env` and the like) into a slot. A tracked file is never overwritten, and
 * nothing is written through a symbolic link that leads out of the slot.
 * @param globs - from the repository's top folder; `**` crosses folders
 * @param earlier - what was copied before: gone from the user's checkout means gone from the slot
 * @returns all files that are copies now, relative to the slot
 */
export async function copyUntracked(
  slot: Slot,
  globs: readonly string[],
  earlier: readonly string[],
): Promise<readonly string[]> {
  if (globs.length === 0 && earlier.length === 0) return [];
  const tracked = new Set(splitNul(await git(control(slot), ["ls-files", "-z"])));
  const wanted = (await untrackedOfUser(slot, globs)).filter((path) => !tracked.has(path));
  const copied: string[] = [];
  for (const path of wanted) if (await copyOne(slot, path)) copied.push(path);
  const stale = earlier.filter((path) => !copied.includes(path) && !tracked.has(path));
  for (const path of stale) await removeOne(slot, path);
  return copied;
}

async function untrackedOfUser(slot: Slot, globs: readonly string[]): Promise<readonly string[]> {
  if (globs.length === 0) return [];
  const pathspecs = globs.map((glob) => `:(top,glob)${glob}`);
  const ours = [":(exclude,top).tutti/state", ":(exclude,top).tutti/slots"];
  const listed = await git(checkout(slot.repo), ["ls-files", "--others", "-z", "--", ...pathspecs, ...ours]);
  return splitNul(listed).filter((path) => !path.endsWith("/"));
}

/** @returns whether the slot now holds a copy */
async function copyOne(slot: Slot, path: string): Promise<boolean> {
  const [from, to] = [join(slot.repo.root, path), join(slot.path, path)];
  const source = await lstat(from).catch(ifAbsent);
  if (source === undefined || !(await makeFolder(slot, dirname(to)))) return false;
  if (source.isSymbolicLink()) return await copyLink(from, to);
  if (!source.isFile()) return false;
  if (await isSameFile(from, to, source.mode)) return true;
  await rm(to, { recursive: true, force: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  return true;
}

async function copyLink(from: string, to: string): Promise<boolean> {
  await rm(to, { recursive: true, force: true });
  await symlink(await readlink(from), to);
  return true;
}

/** Where a link stands on the way now, the copy is not there any more, and what the link leads to is somebody else's. */
async function removeOne(slot: Slot, path: string): Promise<void> {
  const file = join(slot.path, path);
  if (await isBelowFolders(slot, dirname(file))) await rm(file, { force: true });
}

/** @returns false when a link on the way leads out of the slot */
async function makeFolder(slot: Slot, folder: string): Promise<boolean> {
  const root = await realpath(slot.path);
  if (!(await isBelowFolders(slot, folder))) return false;
  await mkdir(folder, { recursive: true });
  return `${await realpath(folder)}/`.startsWith(`${root}/`);
}

/** Whether nothing but folders stands on the way to a place in the slot, as far as there is anything. */
async function isBelowFolders(slot: Slot, folder: string): Promise<boolean> {
  for (let ancestor = folder; ancestor !== slot.path; ancestor = dirname(ancestor)) {
    const found = await lstat(ancestor).catch(ifAbsent);
    if (found !== undefined && !found.isDirectory()) return false;
  }
  return true;
}

async function isSameFile(from: string, to: string, mode: number): Promise<boolean> {
  const target = await lstat(to).catch(ifAbsent);
  if (target?.isFile() !== true || target.mode !== mode) return false;
  const [one, other] = await Promise.all([readFile(from), readFile(to)]);
  return one.equals(other);
}
