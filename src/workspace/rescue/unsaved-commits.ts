import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { git, type GitPlace } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import type { KeptCommit } from "./rescue.ts";

/**
 * Commits of a repository that no ref of the user's repository reaches: the newest of each line of work. Looks at HEAD, all
 * refs, the stash and all reflogs, so that older stashes, deleted branches and commits before a `reset --hard` count.
 */
export async function unsavedCommits(
  repo: Repository,
  place: GitPlace,
  base: CommitId,
): Promise<readonly KeptCommit[]> {
  const known = await git(home(repo), ["for-each-ref", "--format=^%(objectname)"]);
  const args = ["rev-list", "--parents", "--ignore-missing", "--all", "--reflog", "--stdin"];
  const tips = newest(await git(place, args, { input: `^${base}\n${known}` }));
  if (tips.length === 0) return [];
  const names = await namesOf(place);
  return tips.map((commit) => ({ commit: asCommitId(commit), from: names.get(commit) ?? "reflog" }));
}

/** Of lines `<commit> <parent>…`, the commits that are nobody's parent. */
export function newest(listing: string): readonly string[] {
  const lines = listing.split("\n").filter((line) => line !== "");
  const parents = new Set(lines.flatMap((line) => line.split(" ").slice(1)));
  return lines.map((line) => line.split(" ")[0] ?? "").filter((commit) => !parents.has(commit));
}

async function namesOf(place: GitPlace): Promise<ReadonlyMap<string, string>> {
  const listing = await git(place, ["for-each-ref", "--format=%(objectname) %(refname)"]);
  const pairs = listing.split("\n").filter((line) => line !== "");
  return new Map(
    pairs.map((line): [string, string] => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
}
