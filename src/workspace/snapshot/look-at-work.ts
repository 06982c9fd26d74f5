import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { ignoredFiles, literalPath } from "../slots/included-files.ts";
import { control, ifAbsent, type Slot } from "../slots/slot.ts";
import { environmentPaths, readSlotState } from "../slots/slot-state.ts";
import { changesSince, type Changes } from "./changes.ts";
import { findSandboxLeftovers } from "./sandbox-leftovers.ts";

export type Work = Pick<Changes, "isStaged" | "modified" | "isReshaped"> & {
  /** Files that the index doesn't know, ignored ones that belong to the work included. */
  readonly added: readonly string[];
  /** Folders, without a final slash, that are git repositories of their own. */
  readonly repositories: readonly string[];
  /** Files that a sandbox left behind: no work. */
  readonly leftovers: readonly string[];
};

export type Look = {
  /** What the files are compared with. */
  readonly indexFile: string;
  /** Globs of ignored files that belong to the work. */
  readonly includeIgnored: readonly string[];
};

/** What has been done in a slot since an index was written. */
export async function lookAtWork(slot: Slot, { indexFile, includeIgnored }: Look): Promise<Work> {
  const [changes, state] = await Promise.all([changesSince(slot, indexFile), readSlotState(slot)]);
  const environment = environmentPaths(state);
  const leftovers = await findSandboxLeftovers(slot.path, changes.untracked.files);
  const place = { ...control(slot), env: { ...control(slot).env, GIT_INDEX_FILE: indexFile } };
  const ignored = await ignoredFiles(place, await unanswered(slot, includeIgnored, changes), environment);
  return {
    isStaged: changes.isStaged,
    modified: changes.modified,
    isReshaped: changes.isReshaped,
    added: [...workAmong(changes.untracked.files, [...leftovers, ...environment]), ...ignored],
    repositories: changes.untracked.repositories,
    leftovers,
  };
}

/** By name and not by an exclude file alone, because a `.gitignore` of the agent can overrule that. */
export function workAmong(untracked: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Set(others);
  const folders = others.filter((path) => path.endsWith("/"));
  return untracked.filter((path) => !left.has(path) && !folders.some((folder) => path.startsWith(folder)));
}

/** Globs that may name ignored files. A single file that isn't there, or that git has listed, is not ignored. */
async function unanswered(slot: Slot, globs: readonly string[], { listed }: Changes): Promise<readonly string[]> {
  const isOpen = await Promise.all(
    globs.map(async (glob) => {
      const path = literalPath(glob);
      if (path === undefined) return true;
      return !listed.has(path) && (await lstat(join(slot.path, path)).catch(ifAbsent)) !== undefined;
    }),
  );
  return globs.filter((_, index) => isOpen[index]);
}
