import { basename } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { rememberDiff } from "../diff/diff-of.ts";
import { listFiles } from "../diff/file-at.ts";
import { commitTree } from "../git/commit-tree.ts";
import { splitNul } from "../git/nul-list.ts";
import { gitAnswer } from "../git/run-git.ts";
import { despiteCollection, diffOfHeld } from "../refs/despite-collection.ts";
import { looseCommit } from "../refs/loose-commit.ts";
import { pinCommit } from "../refs/pins.ts";
import { home, type Repository } from "../repository/repository.ts";
import { integrationCommit, mergeConfig, refuseMovedTip, type IntegrationRequest } from "./integrate-attempt.ts";

/**
 * As `integrateAttempt`, beside all slots: among git's objects only, which costs a tenth. Most merges need no more.
 * @returns the merged commit, pinned; `undefined` when the merge needs a slot: there is a conflict, or both sides
 *   changed a file in a repository whose attributes may name a merge driver
 * @throws {TuttiError} `CONFLICT` when the ref isn't at `expectedTip`; `GIT_FAILED`
 */
export async function integrateBeside(repo: Repository, request: IntegrationRequest): Promise<CommitId | undefined> {
  await refuseMovedTip(repo, request);
  return await despiteCollection(() => mergeBeside(repo, request));
}

async function mergeBeside(repo: Repository, request: IntegrationRequest): Promise<CommitId | undefined> {
  const tree = await mergedTree(repo, request);
  if (tree === undefined) return undefined;
  const commit = await commitTree(home(repo), integrationCommit(repo, request, tree));
  const ref = await pinCommit(repo, request.jobId, commit);
  // What was already one tree with the attempt's was read when that was taken.
  if (request.attemptBase === request.expectedTip) return commit;
  const ends = { from: request.expectedTip, to: commit };
  rememberDiff(repo, { ...ends, diff: await diffOfHeld(repo, { ref, commit }, ends) });
  return commit;
}

async function mergedTree(repo: Repository, request: IntegrationRequest): Promise<string | undefined> {
  const { expectedTip, attemptBase, attemptCommit } = request;
  if (attemptBase === expectedTip) return `${attemptCommit}^{tree}`;
  if (!(await meetAtBase(repo, request))) return undefined;
  const args = [...mergeConfig, "merge-tree", "--write-tree", "--messages", "-z", expectedTip, attemptCommit];
  const answer = await gitAnswer(home(repo), args, { okExitCodes: [0, 1] });
  // A tree, then what git has to say about single files: that it merged what both sides had changed.
  const [tree, ...remarks] = splitNul(answer.stdout);
  if (answer.exitCode !== 0) return undefined;
  const isContentMerged = remarks.some((remark) => remark !== "");
  return isContentMerged && (await hasAttributes(repo, expectedTip)) ? undefined : tree;
}

/** `merge-tree` finds the third side by itself, from history: it must be the one that the attempt started from. */
async function meetAtBase(repo: Repository, request: IntegrationRequest): Promise<boolean> {
  if (await isTipAboveBase(repo, request)) return true;
  const args = ["merge-base", "--all", request.expectedTip, request.attemptCommit];
  return (await gitAnswer(home(repo), args, { okExitCodes: [0, 1] })).stdout === `${request.attemptBase}\n`;
}

/** After so many merges of others git finds it faster. */
const stepsWalked = 16;

/** Whether a straight line leads from the tip down to the attempt's only parent: then that is where they meet. */
async function isTipAboveBase(repo: Repository, request: IntegrationRequest): Promise<boolean> {
  const { expectedTip, attemptBase, attemptCommit } = request;
  const attempt = await looseCommit(repo, attemptCommit);
  if (attempt?.parents.join(" ") !== attemptBase) return false;
  let at = expectedTip;
  for (let step = 0; step < stepsWalked && at !== attemptCommit; step += 1) {
    if (at === attemptBase) return true;
    const [parent, ...others] = (await looseCommit(repo, at))?.parents ?? [];
    if (parent === undefined || others.length > 0) return false;
    at = parent;
  }
  return false;
}

/** Git reads them from a checkout, and here there is none. */
async function hasAttributes(repo: Repository, commit: CommitId): Promise<boolean> {
  const { paths } = await listFiles(repo, commit);
  return paths.some((path) => basename(path) === ".gitattributes");
}
