import { TuttiError } from "../../domain/errors.ts";
import type { CommitId, JobId } from "../../domain/ids.ts";
import { checkpointRefs } from "../refs/ref-names.ts";
import { commitTree } from "../git/commit-tree.ts";
import { git, gitLine } from "../git/run-git.ts";
import { readRef, updateRef } from "../refs/update-ref.ts";
import { home, type Repository } from "../repository/repository.ts";

export type CheckpointCommits = {
  readonly ref: string;
  readonly tip: CommitId;
  /** What is kept besides, such as the files of slots. */
  readonly others: readonly CommitId[];
  readonly message: string;
};

/**
 * Holds the commits of a checkpoint by one ref: the tip itself, or a commit with the tip's files whose parents are the tip and
 * the others. A ref that is there already, from a try that was cut short, is replaced.
 * @returns what the ref holds
 */
export async function keepCheckpoint(repo: Repository, commits: CheckpointCommits): Promise<CommitId> {
  const { ref, tip, others, message } = commits;
  const parents = [...new Set([tip, ...others])];
  const commit = parents.length === 1 ? tip : await commitTree(home(repo), { tree: `${tip}^{tree}`, parents, message });
  try {
    await updateRef(repo, { ref, to: commit, from: undefined });
  } catch (error) {
    if (!TuttiError.is(error) || error.code !== "CONFLICT") throw error;
    const before = await readRef(repo, ref);
    if (before === undefined) throw error;
    if (before !== commit) await updateRef(repo, { ref, to: commit, from: before });
  }
  return commit;
}

/** Removes refs of checkpoints whatever they hold; one that is gone already is fine. */
export async function dropCheckpointRefs(repo: Repository, refs: readonly string[]): Promise<void> {
  if (refs.length === 0) return;
  const lines = refs.map((ref) => `delete ${ref}\n`);
  await git(home(repo), ["update-ref", "--no-deref", "--stdin"], { input: lines.join("") });
}

/** What a commit has, in bytes on the disk, that others don't have. */
export async function objectBytes(repo: Repository, commit: CommitId, without: readonly CommitId[]): Promise<number> {
  const args = ["rev-list", "--objects", "--disk-usage", commit, "--not", ...without];
  return Number(await gitLine(home(repo), args));
}

/** Whether a checkpoint of the job holds a commit, itself or as history. */
export async function isHeldByCheckpoint(repo: Repository, job: JobId, commit: CommitId): Promise<boolean> {
  const args = ["for-each-ref", "--count=1", `--contains=${commit}`, checkpointRefs(job)];
  return (await git(home(repo), args)) !== "";
}
