import { rename } from "node:fs/promises";
import { git, gitLine } from "../git/run-git.ts";
import { objectsDirectory } from "../repository/repository.ts";
import { controlIndex, withTemporaryIndex } from "../slots/index-file.ts";
import { keptIndex, makeRoomForIndex } from "../slots/kept-index.ts";
import { control, ensureOwnDirectory, type Slot } from "../slots/slot.ts";
import { environmentPaths, readSlotState } from "../slots/slot-state.ts";
import { lookAtWork, workAmong, type Work } from "./look-at-work.ts";
import { addExactly, graftNested } from "./nested-tree.ts";
import { classify } from "./untracked-files.ts";

export type WorkingTree = {
  /** Object name of the tree. */
  readonly tree: string;
  /** Folders that are repositories of their own. Their files are in the tree, their history isn't. */
  readonly nestedRepositories: readonly string[];
  /** Files that a sandbox left behind and that are not in the tree. */
  readonly leftovers: readonly string[];
  /** An index that knows all of its files, where one is kept. */
  readonly indexFile?: string;
};

export type WorkingTreeOptions = {
  /** Globs (git's `:(glob)` rules) of ignored files that belong to the work all the same. Default none. */
  readonly includeIgnored?: readonly string[];
  /** Files to add whatever rules say; a nested repository's folder ends in `/`. Default none. */
  readonly also?: readonly string[];
  /**
   * The tree is about to get a ref: its objects are written into the user's repository, and its index is kept, by which
   * `lookForSaved` sees that nothing has changed since. Default: the objects lie in the slot's control directory.
   */
  readonly isForKeeps?: boolean;
  /** Its objects go there as well, and nothing of the slot is written: somebody else may be at work in it. Default `false`. */
  readonly isOnlyLookedAt?: boolean;
  /** The slot is about to move, and can do so from this index. Default: `isForKeeps`. */
  readonly isIndexKept?: boolean;
  /** What a look by the slot's own index has just shown. Default: it looks. */
  readonly seen?: Work | undefined;
};

/**
 * Writes the slot's files as a tree, by a temporary index that starts as a copy of the one for the base commit: what git
 * knows about unchanged files spares reading them. No index or file of the slot changes.
 * @throws {TuttiError} `GIT_FAILED`, `SLOT_UNKNOWN`
 */
export async function writeWorkingTree(slot: Slot, options: WorkingTreeOptions = {}): Promise<WorkingTree> {
  const { includeIgnored = [], isForKeeps = false, isOnlyLookedAt = false, isIndexKept = isForKeeps } = options;
  if (!isOnlyLookedAt) await ensureOwnDirectory(slot);
  const work = options.seen ?? (await lookAtWork(slot, { indexFile: controlIndex(slot), includeIgnored }));
  const also = classify(options.also ?? []);
  const forced = workAmong(also.files, [...work.leftovers, ...environmentPaths(await readSlotState(slot))]);
  const nestedRepositories = [...work.repositories, ...also.repositories];
  const { leftovers } = work;
  return await withTemporaryIndex(slot, controlIndex(slot), async (indexFile) => {
    const isForHome = isForKeeps || isOnlyLookedAt;
    const objects: Record<string, string> = isForHome ? { GIT_OBJECT_DIRECTORY: objectsDirectory(slot.repo) } : {};
    const place = { ...control(slot), env: { ...control(slot).env, ...objects, GIT_INDEX_FILE: indexFile } };
    // Only this can put a file where a folder was; it looks at every file again.
    if (work.isReshaped) await git(place, ["add", "--update", "."]);
    await addExactly(place, [...(work.isReshaped ? [] : work.modified), ...work.added, ...forced]);
    for (const path of nestedRepositories) await graftNested(slot, place, { within: "", path });
    const tree = await gitLine(place, ["write-tree"]);
    // With the files of other repositories in it, an index doesn't compare to what git sees in the slot.
    if (!isIndexKept || nestedRepositories.length > 0) return { tree, nestedRepositories, leftovers };
    return { tree, nestedRepositories, leftovers, indexFile: await keepIndex(slot, indexFile, tree) };
  });
}

async function keepIndex(slot: Slot, indexFile: string, tree: string): Promise<string> {
  const kept = keptIndex(slot, tree);
  await makeRoomForIndex(slot);
  await rename(indexFile, kept);
  return kept;
}
