import type { CommitId } from "../../domain/ids.ts";
import { commitTree } from "../git/commit-tree.ts";
import { applyChange } from "../integrate/apply-change.ts";
import { home, type Repository } from "../repository/repository.ts";
import type { MergedCommit } from "./merged-work.ts";

export type Rebuilt =
  | {
      readonly status: "rebuilt";
      readonly tip: CommitId;
      /** Commits that were made again, by the one that each takes the place of. */
      readonly remade: ReadonlyMap<CommitId, CommitId>;
    }
  | { readonly status: "conflict"; readonly with: MergedCommit; readonly files: readonly string[] };

/**
 * Makes a branch again out of some of its commits, among git's objects only: those before the first one that is left out stay
 * as they are, the others are applied again, each by a three-way merge. No ref, index or file changes; the new tip is for the
 * caller to hold.
 * @param commits - the wanted ones, in order; one whose parent is not what stands before it is applied again
 */
export async function rebuildTip(repo: Repository, base: CommitId, commits: readonly MergedCommit[]): Promise<Rebuilt> {
  const remade = new Map<CommitId, CommitId>();
  let tip = base;
  for (const wanted of commits) {
    if (wanted.parent === tip) {
      tip = wanted.commit;
      continue;
    }
    const { parent, commit, message } = wanted;
    const applied = await applyChange(repo, { base: parent, changed: commit, onto: tip, message });
    if (applied.status === "conflict") return { status: "conflict", with: wanted, files: applied.files };
    tip = await authored(repo, { tree: `${applied.commit}^{tree}`, parent: tip, message });
    remade.set(commit, tip);
  }
  return { status: "rebuilt", tip, remade };
}

/** By the person, as the merge queue's own commits. */
function authored(
  repo: Repository,
  { tree, parent, message }: { readonly tree: string; readonly parent: CommitId; readonly message: string },
): Promise<CommitId> {
  const author = repo.identity === undefined ? {} : { author: repo.identity };
  return commitTree(home(repo), { tree, parents: [parent], message, ...author });
}
