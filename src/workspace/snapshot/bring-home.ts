import type { CommitId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { updateRef } from "../refs/update-ref.ts";
import { home } from "../repository/repository.ts";
import type { Slot } from "../slots/slot.ts";

export type HomeCommit = {
  readonly commit: CommitId;
  /** Must not exist yet. */
  readonly ref: string;
  /** An ancestor of `commit` that the user's repository has: spares it to offer everything else. */
  readonly knownAncestor: CommitId;
};

/**
 * Copies a commit from the slot's control directory into the user's repository and puts it under a ref. Git checks that
 * nothing is missing before the ref exists.
 * @throws {TuttiError} `CONFLICT` when the ref exists
 */
export async function bringHome(slot: Slot, { commit, ref, knownAncestor }: HomeCommit): Promise<void> {
  await fetchHome(slot, commit, knownAncestor);
  await updateRef(slot.repo, { ref, to: commit, from: undefined });
}

/** As `bringHome`, without a ref: the caller makes one at once. */
export async function fetchHome(slot: Slot, commit: CommitId, knownAncestor: CommitId): Promise<void> {
  const tip = `--negotiation-tip=${knownAncestor}`;
  await git(home(slot.repo), ["fetch", ...quietFetch, tip, slot.controlDir, commit]);
}

/** Options of a fetch that touches nothing but objects. */
export const quietFetch: readonly string[] = [
  "--quiet",
  "--no-tags",
  "--no-prune",
  "--no-write-fetch-head",
  "--no-auto-maintenance",
  "--no-recurse-submodules",
  "--refmap=",
];
