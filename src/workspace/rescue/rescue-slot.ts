import type { CommitId, JobId } from "../../domain/ids.ts";
import { treeOf } from "../diff/tree-of.ts";
import { commitTree } from "../git/commit-tree.ts";
import { gitLine } from "../git/run-git.ts";
import { rescueRef } from "../refs/ref-names.ts";
import { includeIgnored } from "../slots/included-files.ts";
import { isTreeSaved, rememberSaved } from "../slots/saved-trees.ts";
import { controlObjects, type Slot } from "../slots/slot.ts";
import { readSlotState } from "../slots/slot-state.ts";
import { bringHome } from "../snapshot/bring-home.ts";
import { writeWorkingTree, type WorkingTree } from "../snapshot/working-tree.ts";
import { collectAgentHistory } from "./agent-history.ts";
import { lookForSaved, type SavedAsIs, type SavedLook } from "./saved-as-is.ts";
import { hiddenWork } from "./hidden-work.ts";
import { rescueMessage, type Rescue, type RescueFacts } from "./rescue.ts";

export type RescueRequest = {
  /** The job whose work lies in the slot. */
  readonly jobId: JobId;
  /** One line for the person who finds it. */
  readonly reason: string;
  /** Globs of ignored files that belong to the work, besides those of earlier snapshots. Default none. */
  readonly includeIgnored?: readonly string[];
};

/**
 * Saves everything in a slot that no ref of the user's repository holds: files, untracked ones included, and the agent's own
 * commits, branches, stashes and staged content. The slot stays as it is. Safe to repeat: what is saved isn't saved twice.
 * @returns `undefined` when refs already held everything
 * @throws {TuttiError} `GIT_FAILED`, `SLOT_UNKNOWN`; then nothing may be removed
 */
export async function rescueSlot(slot: Slot, request: RescueRequest): Promise<Rescue | undefined> {
  return (await saveSlot(slot, request)).rescue;
}

export type Saved = {
  /** The tree that the slot's files are: a ref holds it, or it is the base's. */
  readonly tree: string;
  /** An index that knows all of its files, where there is one. */
  readonly indexFile?: string;
  readonly rescue?: Rescue;
};

/** As `rescueSlot`, and says what the slot's files are. */
export async function saveSlot(slot: Slot, request: RescueRequest): Promise<Saved> {
  const { base } = await readSlotState(slot);
  const globs = await includeIgnored(slot, request.includeIgnored);
  const { asIs, seen } = await lookForSaved(slot, globs);
  const files = asIs === undefined ? await savableFiles(slot, base, { globs, seen }) : savedFiles(asIs);
  const history = await collectAgentHistory(slot, base, files);
  const { tree, isHistoryOnly, indexFile } = files;
  const saved = { tree, ...(indexFile === undefined ? {} : { indexFile }) };
  if (isHistoryOnly && history.commits.length === 0 && history.keptAside.length === 0) return saved;
  const rescue = await recordRescue(
    slot,
    { jobId: request.jobId, tree: asIs === undefined ? tree : await nameOf(slot, tree) },
    {
      base,
      slotId: slot.slotId,
      reason: request.reason,
      keptCommits: history.commits,
      keptAside: history.keptAside.length,
      isHistoryOnly,
    },
  );
  return { ...saved, rescue };
}

const nameOf = (slot: Slot, tree: string): Promise<string> =>
  gitLine(controlObjects(slot), ["rev-parse", "--verify", tree]);

type SlotFiles = Pick<WorkingTree, "tree" | "nestedRepositories" | "indexFile"> & {
  /** A ref holds them already. */
  readonly isHistoryOnly: boolean;
};

const savedFiles = (asIs: SavedAsIs): SlotFiles => ({ ...asIs, nestedRepositories: [], isHistoryOnly: true });

type Look = { readonly globs: readonly string[]; readonly seen: SavedLook["seen"] | undefined };

async function savableFiles(slot: Slot, base: CommitId, look: Look): Promise<SlotFiles> {
  const baseTree = await treeOf(slot.repo, base);
  const files = await writeWholeTree(slot, baseTree, look);
  return { ...files, isHistoryOnly: files.tree === baseTree || (await isTreeSaved(slot, files.tree)) };
}

/** The slot's files, also those that the agent's own ignore rules hide. */
async function writeWholeTree(slot: Slot, baseTree: string, { globs, seen }: Look): Promise<WorkingTree> {
  const includeIgnored = globs;
  const files = await writeWorkingTree(slot, { includeIgnored, isIndexKept: true, seen });
  if (files.tree === baseTree) return files;
  const also = await hiddenWork(slot, baseTree, files.tree);
  return also.length === 0 ? files : await writeWorkingTree(slot, { includeIgnored, also });
}

/** Puts a tree whose objects lie in the slot's control directory under a rescue ref. */
export async function recordRescue(
  slot: Slot,
  { jobId, tree }: { readonly jobId: JobId; readonly tree: string },
  facts: RescueFacts,
): Promise<Rescue> {
  const commit = await commitTree(controlObjects(slot), {
    tree,
    parents: [facts.base, ...new Set(facts.keptCommits.map((kept) => kept.commit))],
    message: rescueMessage(facts),
  });
  const at = Date.now();
  const ref = rescueRef(jobId, slot.slotId, momentOf(at, commit));
  await bringHome(slot, { commit, ref, knownAncestor: facts.base });
  await rememberSaved(slot, { tree, ref, commit });
  return { ref, jobId, commit, at, ...facts };
}

/** Sorts by time; the commit tells two of the same second apart. */
function momentOf(at: number, commit: CommitId): string {
  const seconds = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${seconds}-${commit.slice(0, 8)}`;
}
