import { basename } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId } from "../../domain/ids.ts";
import { rememberDiff, type Diff } from "../diff/diff-of.ts";
import { commitTree } from "../git/commit-tree.ts";
import type { Identity } from "../git/identity.ts";
import { gitLine } from "../git/run-git.ts";
import { despiteCollection, diffOfHeld } from "../refs/despite-collection.ts";
import { readRef, updateRef } from "../refs/update-ref.ts";
import { home } from "../repository/repository.ts";
import type { Slot } from "../slots/slot.ts";
import { includeIgnored } from "../slots/included-files.ts";
import { rememberSaved } from "../slots/saved-trees.ts";
import { writeWorkingTree, type WorkingTree } from "./working-tree.ts";

export type SnapshotRequest = {
  /** Where the snapshot goes in the user's repository (see `ref-names.ts`). */
  readonly ref: string;
  /** The commit that the work started from: the snapshot's only parent. */
  readonly parent: CommitId;
  readonly message: string;
  /** Globs of ignored files that belong to the work, such as expected outputs. Default none. */
  readonly includeIgnored?: readonly string[];
  /** Default: Tutti. */
  readonly author?: Identity;
};

export type Snapshot = Diff &
  Omit<WorkingTree, "tree" | "indexFile"> & {
    readonly ref: string;
    readonly commit: CommitId;
    readonly tree: string;
    /** Whether nothing differs from `parent`. */
    readonly isEmpty: boolean;
  };

/**
 * Records the slot's files as one commit on `parent` in the user's repository: whatever changed them (tools, shell commands,
 * commits of the agent) and whatever happened to the slot's own `.git`. The slot stays as it is.
 *
 * Repeating it with the same ref is safe: equal files give the commit that is there.
 * @throws {TuttiError} `CONFLICT` when the ref holds other files; `INPUT_INVALID`, `GIT_FAILED`, `SLOT_UNKNOWN`
 */
export async function snapshot(slot: Slot, request: SnapshotRequest): Promise<Snapshot> {
  return await despiteCollection(() => takeSnapshot(slot, request));
}

async function takeSnapshot(slot: Slot, request: SnapshotRequest): Promise<Snapshot> {
  const { tree, nestedRepositories, leftovers } = await writeWorkingTree(slot, {
    includeIgnored: await includeIgnored(slot, request.includeIgnored),
    isForKeeps: true,
  });
  const { ref, parent } = request;
  const commit = await record(slot, request, tree);
  const diff = await diffOfHeld(slot.repo, { ref, commit }, { from: parent, to: tree });
  rememberDiff(slot.repo, { from: parent, to: commit, diff });
  const hasSameRules = !diff.changedFiles.some(({ path }) => basename(path) === ".gitignore");
  await rememberSaved(slot, { tree, ref, commit, ...(hasSameRules ? { rulesOf: parent } : {}) });
  return { ...diff, nestedRepositories, leftovers, ref, commit, tree, isEmpty: diff.changedFiles.length === 0 };
}

async function record(slot: Slot, request: SnapshotRequest, tree: string): Promise<CommitId> {
  const { ref, parent, message, author } = request;
  const made = { tree, parents: [parent], message, ...(author === undefined ? {} : { author }) };
  const commit = await commitTree(home(slot.repo), made);
  try {
    await updateRef(slot.repo, { ref, to: commit, from: undefined });
    return commit;
  } catch (error) {
    const known = TuttiError.is(error) && error.code === "CONFLICT" ? await existing(slot, request, tree) : undefined;
    if (known === undefined) throw error;
    return known;
  }
}

/** What an earlier try, cut short before its result was recorded, left under the ref. */
async function existing(slot: Slot, { ref, parent }: SnapshotRequest, tree: string): Promise<CommitId | undefined> {
  const commit = await readRef(slot.repo, ref);
  if (commit === undefined) return undefined;
  const facts = await gitLine(home(slot.repo), ["rev-parse", `${commit}^{tree}`, `${commit}^@`]);
  if (facts === `${tree}\n${parent}`) return commit;
  throw new TuttiError("CONFLICT", `${ref} already holds another snapshot`, {
    failureClass: "conflict",
    hint: "Take a later snapshot of the same attempt under a name of its own",
    context: { ref, commit, tree, parent },
  });
}
