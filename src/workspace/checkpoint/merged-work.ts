import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { readTrailers } from "../git/trailers.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

/** A commit of a job's branch. */
export type MergedCommit = {
  readonly commit: CommitId;
  readonly parent: CommitId;
  readonly message: string;
  /** Of the task that it merged; absent where it was none. */
  readonly task?: string;
  readonly attempt?: string;
};

/** The commits of a job's branch after `base`, the oldest first. */
export async function mergedCommits(repo: Repository, base: CommitId, tip: CommitId): Promise<readonly MergedCommit[]> {
  const args = ["log", "-z", "--first-parent", "--reverse", "--format=%H%n%P%n%B", tip, "--not", base];
  const entries = (await git(home(repo), args)).split("\0").filter((entry) => entry !== "");
  return entries.map(parseEntry);
}

function parseEntry(entry: string): MergedCommit {
  const [commit = "", parents = "", ...lines] = entry.split("\n");
  const message = lines.join("\n");
  const { "Tutti-Task": task, "Tutti-Attempt": attempt } = readTrailers(message);
  return {
    commit: asCommitId(commit),
    parent: asCommitId(parents.split(" ")[0] ?? ""),
    message,
    ...(task === undefined ? {} : { task }),
    ...(attempt === undefined ? {} : { attempt }),
  };
}
