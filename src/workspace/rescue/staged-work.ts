import { join } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { commitTree } from "../git/commit-tree.ts";
import { joinNul, splitNul } from "../git/nul-list.ts";
import { git, gitAnswer, type GitPlace } from "../git/run-git.ts";
import { withTemporaryIndex } from "../slots/index-file.ts";
import type { Slot } from "../slots/slot.ts";
import { isOwnFolder } from "../slots/read-plain-file.ts";
import { environmentPaths, readSlotState } from "../slots/slot-state.ts";
import { agentPlace } from "./agent-place.ts";

/**
 * Makes a commit of what the agent staged, if the index holds content that is neither in its files nor in a commit of its
 * own. The commit lies in the agent's git directory.
 * @param filesTree - the slot's files as they are
 */
export async function commitStagedWork(slot: Slot, base: CommitId, filesTree: string): Promise<CommitId | undefined> {
  // Objects are written there: a link would lead into somebody else's repository.
  if (!(await isOwnFolder(slot.gitDir)) || !(await isOwnFolder(join(slot.gitDir, "objects")))) return undefined;
  const { copied, products } = await readSlotState(slot);
  const environment = environmentPaths({ copied, products });
  return await withTemporaryIndex(slot, join(slot.gitDir, "index"), async (indexFile) => {
    const place: GitPlace = {
      cwd: slot.controlDir,
      env: {
        GIT_DIR: slot.controlDir,
        GIT_INDEX_FILE: indexFile,
        GIT_OBJECT_DIRECTORY: join(slot.gitDir, "objects"),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: join(slot.controlDir, "objects"),
      },
    };
    const tree = await stagedTree(place, environment);
    if (tree === undefined || !(await holdsMore(place, tree, [filesTree, base, await agentHead(slot)])))
      return undefined;
    return await commitTree(place, { tree, parents: [base], message: "What was staged" });
  });
}

/** `undefined` in the middle of a merge (its sides are commits, its result is in the files) and for a broken index. */
async function stagedTree(place: GitPlace, environment: readonly string[]): Promise<string | undefined> {
  const unstaged = joinNul(environment);
  const removal = await gitAnswer(place, ["update-index", "--force-remove", "-z", "--stdin"], {
    input: unstaged,
    okExitCodes: [0, 128],
  });
  if (removal.exitCode !== 0) return undefined;
  const answer = await gitAnswer(place, ["write-tree"], { okExitCodes: [0, 128] });
  return answer.exitCode === 0 ? answer.stdout.trim() : undefined;
}

/** Whether some path of `tree` has content that it has in none of the others. */
async function holdsMore(place: GitPlace, tree: string, others: readonly (string | undefined)[]): Promise<boolean> {
  let unmatched: readonly string[] | undefined;
  for (const other of others.filter((candidate) => candidate !== undefined)) {
    const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=d", other, tree];
    const differing = new Set(splitNul(await git(place, args)));
    unmatched = unmatched === undefined ? [...differing] : unmatched.filter((path) => differing.has(path));
    if (unmatched.length === 0) return false;
  }
  return true;
}

async function agentHead(slot: Slot): Promise<string | undefined> {
  const answer = await gitAnswer(agentPlace(slot, slot.gitDir), ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], {
    okExitCodes: [0, 1, 128],
  });
  return answer.exitCode === 0 ? answer.stdout.trim() : undefined;
}
