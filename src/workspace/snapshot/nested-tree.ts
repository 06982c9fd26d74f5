import { join } from "node:path";
import { joinNul } from "../git/nul-list.ts";
import { git, gitLine, gitPaths, type GitPlace } from "../git/run-git.ts";
import { withTemporaryIndex } from "../slots/index-file.ts";
import type { Slot } from "../slots/slot.ts";
import { classify } from "./untracked-files.ts";

/**
 * The tree of a repository that somebody made inside the slot. Git itself would record only its commit, and the files
 * would be gone with the slot. So its files are read as if its `.git` weren't there; deeper repositories likewise. What
 * its own `.gitignore` files name is left out.
 *
 * @param path - relative to the slot
 * @param objects - the folder for new objects. Default: the control directory's
 */
async function writeNestedTree(slot: Slot, path: string, objects?: string): Promise<string> {
  const directory = join(slot.path, path);
  return await withTemporaryIndex(slot, undefined, async (indexFile) => {
    const place: GitPlace = {
      cwd: directory,
      env: {
        ...(objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: objects }),
        GIT_DIR: slot.controlDir,
        GIT_WORK_TREE: directory,
        GIT_INDEX_FILE: indexFile,
      },
    };
    const list = ["ls-files", "--others", "--exclude-per-directory=.gitignore", "-z"];
    const { files, repositories } = classify(await gitPaths(place, list));
    await addExactly(place, files);
    for (const deeper of repositories) await graftNested(slot, place, { within: path, path: deeper });
    return await gitLine(place, ["write-tree"]);
  });
}

/**
 * Puts the tree of a nested repository into an index.
 * @param nested.within - folder, relative to the slot, that the index stands for; empty for the slot itself
 * @param nested.path - the repository's folder, relative to `within`
 */
export async function graftNested(
  slot: Slot,
  place: GitPlace,
  nested: { readonly within: string; readonly path: string },
): Promise<void> {
  const objects = place.env?.["GIT_OBJECT_DIRECTORY"];
  const tree = await writeNestedTree(slot, join(nested.within, nested.path), objects);
  await git(place, ["read-tree", `--prefix=${nested.path}/`, tree]);
}

/** Puts files into an index by name, ignored or not. One that has vanished meanwhile is left out. */
export async function addExactly(place: GitPlace, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await git(place, ["update-index", "--add", "--remove", "-z", "--stdin"], { input: joinNul(paths) });
}
