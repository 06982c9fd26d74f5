import { asCommitId, asSlotId, type JobId } from "../../domain/ids.ts";
import { commitTree } from "../git/commit-tree.ts";
import { gitLine } from "../git/run-git.ts";
import type { AttemptRef } from "../refs/attempt-refs.ts";
import { rescueRef } from "../refs/ref-names.ts";
import { deleteRef, readRef, updateRef } from "../refs/update-ref.ts";
import { home, type Repository } from "../repository/repository.ts";
import { rescueMessage } from "./rescue.ts";

/**
 * Keeps a snapshot as a rescue and gives its name free for another one. Safe to repeat after a death.
 * @returns the rescue's ref
 */
export async function setAttemptAside(
  repo: Repository,
  jobId: JobId,
  { ref, attemptId, commit, reason }: AttemptRef & { readonly reason: string },
): Promise<string> {
  const kept = rescueRef(jobId, asSlotId(attemptId), commit.slice(0, 12));
  if ((await readRef(repo, kept)) === undefined) {
    const base = asCommitId(await gitLine(home(repo), ["rev-parse", "--verify", `${commit}^1`]));
    const facts = { base, slotId: "", reason, isHistoryOnly: false, keptAside: 0 };
    const message = rescueMessage({ ...facts, keptCommits: [{ commit, from: ref }] });
    const made = await commitTree(home(repo), { tree: `${commit}^{tree}`, parents: [base, commit], message });
    await updateRef(repo, { ref: kept, to: made, from: undefined });
  }
  await deleteRef(repo, ref, commit);
  return kept;
}
