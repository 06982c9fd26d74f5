import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../repository/repository.ts";
import { ifAbsent } from "../slots/slot.ts";

/** What a person has begun in a checkout and not ended yet. */
export type Unfinished = {
  /** As git calls it: `merge`, `rebase`. */
  readonly operation: string;
  /** Commands that end it, one of them for good. */
  readonly wayOut: string;
};

const ended = (operation: string): string => `git ${operation} --continue, or git ${operation} --abort`;

/** By what git keeps in the checkout's git directory meanwhile. Source: `wt_status_get_state` in git's `wt-status.c`. */
const signs: readonly (Unfinished & { readonly path: string })[] = [
  { path: "MERGE_HEAD", operation: "merge", wayOut: ended("merge") },
  { path: "rebase-merge", operation: "rebase", wayOut: ended("rebase") },
  { path: "rebase-apply/applying", operation: "am", wayOut: ended("am") },
  { path: "rebase-apply", operation: "rebase", wayOut: ended("rebase") },
  { path: "CHERRY_PICK_HEAD", operation: "cherry-pick", wayOut: ended("cherry-pick") },
  { path: "REVERT_HEAD", operation: "revert", wayOut: ended("revert") },
  { path: "BISECT_LOG", operation: "bisect", wayOut: "git bisect reset" },
];

/** What the user is in the middle of; `undefined` when nothing is. */
export async function unfinishedOperation(repo: Repository): Promise<Unfinished | undefined> {
  const found = await Promise.all(signs.map(({ path }) => stat(join(repo.gitDir, path)).catch(ifAbsent)));
  const sign = signs.find((_, index) => found[index] !== undefined);
  return sign === undefined ? undefined : { operation: sign.operation, wayOut: sign.wayOut };
}
