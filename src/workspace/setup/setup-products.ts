import { joinNul, splitNul } from "../git/nul-list.ts";
import { git, gitAnswer, gitLine } from "../git/run-git.ts";
import { home } from "../repository/repository.ts";
import { control, type Slot } from "../slots/slot.ts";
import { readSlotState } from "../slots/slot-state.ts";
import { untrackedIn } from "../snapshot/untracked-files.ts";
import { writeWorkingTree } from "../snapshot/working-tree.ts";

/** With more untracked files than this, whole folders are left out of snapshots instead of single files. */
const mostFiles = 200;

/** Whether the slot's files are exactly those of its base commit: no work of an agent is in it. */
export async function isPristine(slot: Slot): Promise<boolean> {
  const { base } = await readSlotState(slot);
  const baseTree = await gitLine(home(slot.repo), ["rev-parse", `${base}^{tree}`]);
  return (await writeWorkingTree(slot)).tree === baseTree;
}

/**
 * Puts tracked files back that setup commands have changed (a rewritten lockfile, say), so that the agent's work starts
 * from the base commit.
 * @returns their paths
 */
export async function putBackTracked(slot: Slot): Promise<readonly string[]> {
  const place = control(slot);
  await gitAnswer(place, ["update-index", "-q", "--refresh"], { okExitCodes: [0, 1] });
  const changed = splitNul(await git(place, ["diff-files", "--name-only", "-z"]));
  if (changed.length === 0) return [];
  await git(place, ["checkout-index", "--force", "-u", "-z", "--stdin"], { input: joinNul(changed) });
  return changed;
}

/** Untracked, not ignored files in a slot that holds no work: what setup commands made. A folder ends in `/`. */
export async function findProducts(slot: Slot): Promise<readonly string[]> {
  const { files, repositories } = await untrackedIn(slot);
  if (files.length <= mostFiles) return [...files, ...repositories.map((path) => `${path}/`)];
  const args = ["ls-files", "--others", "--exclude-standard", "--directory", "--no-empty-directory", "-z"];
  return splitNul(await git(control(slot), args));
}
