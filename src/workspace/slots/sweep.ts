import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import { splitNul } from "../git/nul-list.ts";
import { git } from "../git/run-git.ts";
import { haveRulesChanged } from "../rescue/hidden-work.ts";
import { isRegenerable } from "../rescue/regenerable.ts";
import { recordRescue } from "../rescue/rescue-slot.ts";
import type { Rescue } from "../rescue/rescue.ts";
import { writeWorkingTree } from "../snapshot/working-tree.ts";
import { control, controlObjects, type Slot } from "./slot.ts";
import { readSlotState } from "./slot-state.ts";

/**
 * Removes what is neither tracked nor ignored, after the slot was moved. The ignore rules are now those of the new commit:
 * where they differ from the rules that the rescue went by, files may go that it didn't see, so they are rescued first.
 * Goes on until nothing is left, because an untracked `.gitignore` that goes may have hidden more.
 * @param savedTree - what the rescue before the move holds
 */
export async function sweep(slot: Slot, jobId: JobId, savedTree: string): Promise<readonly Rescue[]> {
  if ((await untracked(slot, ["--directory"])) === "") return [];
  const rescues: Rescue[] = [];
  let left = await untracked(slot);
  do {
    const rescue = await rescueNewlyVisible(slot, jobId, savedTree);
    if (rescue !== undefined) rescues.push(rescue);
    await git(control(slot), ["clean", "-ffdq"]);
    left = await lessThan(slot, left);
  } while (left !== "");
  // A link that stood for a folder made tracked files look as if they were there.
  await git(control(slot), ["checkout-index", "--all", "--force", "--index", "--quiet"]);
  return rescues;
}

async function untracked(slot: Slot, options: readonly string[] = []): Promise<string> {
  return await git(control(slot), ["ls-files", "--others", "--exclude-standard", ...options, "-z"]);
}

async function lessThan(slot: Slot, before: string): Promise<string> {
  const left = await untracked(slot);
  if (left === "" || left !== before) return left;
  throw new TuttiError("GIT_FAILED", "Files of the last task can't be removed from the slot", {
    hint: "Look who owns them; a slot that can't be cleaned can be left aside and another one made",
    context: { path: slot.path, files: splitNul(left).slice(0, 20) },
  });
}

async function rescueNewlyVisible(slot: Slot, jobId: JobId, savedTree: string): Promise<Rescue | undefined> {
  const { base } = await readSlotState(slot);
  if (!(await haveRulesChanged(slot, savedTree, base))) return undefined;
  const { tree } = await writeWorkingTree(slot);
  const removed = new Set(await paths(slot, ["--diff-filter=A", base, tree]));
  const unsaved = await paths(slot, ["--diff-filter=A", savedTree, tree]);
  if (!unsaved.some((path) => removed.has(path) && !isRegenerable(path))) return undefined;
  return await recordRescue(
    slot,
    { jobId, tree },
    {
      base,
      slotId: slot.slotId,
      reason: "files that were ignored until the slot moved on",
      keptCommits: [],
      keptAside: 0,
      isHistoryOnly: false,
    },
  );
}

async function paths(slot: Slot, args: readonly string[]): Promise<readonly string[]> {
  return splitNul(await git(controlObjects(slot), ["diff-tree", "-r", "-z", "--name-only", "--no-renames", ...args]));
}
