import { TuttiError } from "../../domain/errors.ts";
import type { CommitId, JobId } from "../../domain/ids.ts";
import { diffOf, type Diff } from "../diff/diff-of.ts";
import { commitTree, type NewCommit } from "../git/commit-tree.ts";
import { gitAnswer, gitLine } from "../git/run-git.ts";
import { gitFailure } from "../git/git-failure.ts";
import { withTrailers, type Trailers } from "../git/trailers.ts";
import { pinCommit } from "../refs/pins.ts";
import { readRef } from "../refs/update-ref.ts";
import type { Repository } from "../repository/repository.ts";
import { fetchHome } from "../snapshot/bring-home.ts";
import { controlIndex, copyIndex } from "../slots/index-file.ts";
import { moveSlot } from "../slots/move-slot.ts";
import { rememberSaved } from "../slots/saved-trees.ts";
import { control, controlObjects, type Slot } from "../slots/slot.ts";
import { conflictsIn, type ConflictFile } from "./conflicts.ts";

export type IntegrationRequest = {
  readonly jobId: JobId;
  /** The ref that is to advance (see `jobTipRef`, `jobBranch`). */
  readonly ref: string;
  /** What the ref holds now, and the result's only parent. */
  readonly expectedTip: CommitId;
  /** The attempt's files. */
  readonly attemptCommit: CommitId;
  /** What the attempt started from. */
  readonly attemptBase: CommitId;
  readonly message: string;
  readonly trailers?: Trailers;
};

export type Integrated = Diff & {
  readonly status: "merged";
  /** Pinned; no branch has moved yet. */
  readonly commit: CommitId;
  /** Whether the tip already had everything that the attempt did. */
  readonly isEmpty: boolean;
};

export type Conflicted = {
  readonly status: "conflict";
  /** The slot's files hold the conflict markers, its index the three sides. */
  readonly files: readonly ConflictFile[];
};

/**
 * Applies what an attempt changed to the tip of its job, by a three-way merge in a slot of its own, which then stands on the
 * result or holds the conflict. No branch moves: run the gates there, then call `advanceBranch`.
 * @throws {TuttiError} `CONFLICT` when the ref isn't at `expectedTip`; `GIT_FAILED`
 */
export async function integrateAttempt(slot: Slot, request: IntegrationRequest): Promise<Integrated | Conflicted> {
  await refuseMovedTip(slot.repo, request);
  await moveSlot(slot, { to: request.expectedTip, jobId: request.jobId });
  if (await applies(slot, request))
    return await concludeIntegration(slot, request, await gitLine(control(slot), ["write-tree"]));
  await copyIndex(controlIndex(slot), `${slot.gitDir}/index`);
  return { status: "conflict", files: await conflictsIn(slot) };
}

/** Makes the commit of a merged tree and moves the slot to it. */
export async function concludeIntegration(slot: Slot, request: IntegrationRequest, tree: string): Promise<Integrated> {
  const { repo } = slot;
  const { jobId, expectedTip } = request;
  const commit = await commitTree(controlObjects(slot), integrationCommit(repo, request, tree));
  await fetchHome(slot, commit, expectedTip);
  const ref = await pinCommit(repo, jobId, commit);
  await rememberSaved(slot, { tree, ref, commit });
  await moveSlot(slot, { to: commit, jobId });
  const diff = await diffOf(repo, expectedTip, commit);
  return { ...diff, status: "merged", commit, isEmpty: diff.changedFiles.length === 0 };
}

/** The one commit that an attempt becomes. */
export function integrationCommit(repo: Repository, request: IntegrationRequest, tree: string): NewCommit {
  return {
    tree,
    parents: [request.expectedTip],
    message: withTrailers(request.message, request.trailers),
    ...(repo.identity === undefined ? {} : { author: repo.identity }),
  };
}

export const mergeConfig: readonly string[] = [
  "merge.conflictStyle=diff3",
  "merge.renames=true",
  "merge.directoryRenames=conflict",
  "rerere.enabled=false",
].flatMap((setting) => ["-c", setting]);

/**
 * Merges the attempt into the slot's files: base, tip and attempt are the three sides, whatever the attempt's own history.
 * @returns whether it fits without a conflict
 */
async function applies(slot: Slot, { attemptCommit, attemptBase, message }: IntegrationRequest): Promise<boolean> {
  const change = await commitTree(controlObjects(slot), {
    tree: `${attemptCommit}^{tree}`,
    parents: [attemptBase],
    message,
  });
  const args = [...mergeConfig, "cherry-pick", "--no-commit", change];
  const answer = await gitAnswer(control(slot), args, { okExitCodes: [0, 1] });
  if (answer.exitCode === 0) return true;
  if ((await conflictsIn(slot)).length > 0) return false;
  throw gitFailure({ ...answer, args, cwd: slot.path, hasTimedOut: false, cause: undefined });
}

/** @throws {TuttiError} `CONFLICT` */
export async function refuseMovedTip(repo: Repository, { ref, expectedTip }: IntegrationRequest): Promise<void> {
  const tip = await readRef(repo, ref);
  if (tip === expectedTip) return;
  throw new TuttiError("CONFLICT", `${ref} has moved meanwhile`, {
    failureClass: "conflict",
    hint: "Integrate the attempt again, onto what the ref holds now",
    context: { ref, expectedTip, tip: tip ?? null },
  });
}
