import { git, gitLine } from "../git/run-git.ts";
import { controlIndex, withTemporaryIndex } from "../slots/index-file.ts";
import { control, ensureOwnDirectory, type Slot } from "../slots/slot.ts";
import { ignoredFiles } from "../slots/included-files.ts";
import { environmentPaths, readSlotState } from "../slots/slot-state.ts";
import { addExactly, graftNested } from "./nested-tree.ts";
import { findSandboxLeftovers } from "./sandbox-leftovers.ts";
import { classify, untrackedIn } from "./untracked-files.ts";

export type WorkingTree = {
  /** Object name of the tree; the objects lie in the slot's control directory. */
  readonly tree: string;
  /** Folders that are repositories of their own. Their files are in the tree, their history isn't. */
  readonly nestedRepositories: readonly string[];
  /** Files that a sandbox left behind and that are not in the tree. */
  readonly leftovers: readonly string[];
};

export type WorkingTreeOptions = {
  /** Globs (git's `:(glob)` rules) of ignored files that belong to the work all the same. Default none. */
  readonly includeIgnored?: readonly string[];
  /** Files to add whatever rules say; a nested repository's folder ends in `/`. Default none. */
  readonly also?: readonly string[];
};

/**
 * Writes the slot's files as a tree, by a temporary index that starts as a copy of the one for the base commit: what git
 * knows about unchanged files spares reading them. No index or file of the slot changes.
 * @throws {TuttiError} `GIT_FAILED`, `SLOT_UNKNOWN`
 */
export async function writeWorkingTree(slot: Slot, options: WorkingTreeOptions = {}): Promise<WorkingTree> {
  await ensureOwnDirectory(slot);
  const [seen, state] = await Promise.all([untrackedIn(slot), readSlotState(slot)]);
  const also = classify(options.also ?? []);
  const leftovers = await findSandboxLeftovers(slot.path, seen.files);
  const environment = environmentPaths(state);
  const nestedRepositories = [...seen.repositories, ...also.repositories];
  return await withTemporaryIndex(slot, controlIndex(slot), async (indexFile) => {
    const place = { ...control(slot), env: { ...control(slot).env, GIT_INDEX_FILE: indexFile } };
    await git(place, ["add", "--update", "."]);
    const ignored = await ignoredFiles(place, options.includeIgnored ?? [], environment);
    await addExactly(place, [...workAmong([...seen.files, ...also.files], leftovers, environment), ...ignored]);
    for (const path of nestedRepositories) await graftNested(slot, place, { within: "", path });
    return { tree: await gitLine(place, ["write-tree"]), nestedRepositories, leftovers };
  });
}

/** By name and not by an exclude file alone, because a `.gitignore` of the agent can overrule that. */
function workAmong(
  untracked: readonly string[],
  leftovers: readonly string[],
  environment: readonly string[],
): readonly string[] {
  const left = new Set([...leftovers, ...environment]);
  const folders = environment.filter((path) => path.endsWith("/"));
  return untracked.filter((path) => !left.has(path) && !folders.some((folder) => path.startsWith(folder)));
}
