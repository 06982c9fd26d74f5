import type { CommitId, JobId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { looseRef } from "./loose-ref.ts";
import { jobRefs, pinRef } from "./ref-names.ts";

/**
 * Keeps a commit, and so everything that a slot borrows from the repository through it, from garbage collection: a user's
 * rewind and `gc --prune=now` would otherwise break the slot. Idempotent.
 * @returns the pin's ref
 */
export async function pinCommit(repo: Repository, job: JobId, commit: CommitId): Promise<string> {
  const ref = pinRef(job, commit);
  if ((await looseRef(repo, ref)) !== commit) await git(home(repo), ["update-ref", ref, commit]);
  return ref;
}

/**
 * Lets go of all pins of a job. Only for when no slot stands on a commit of the job any more.
 * @returns how many there were
 */
export async function unpinJob(repo: Repository, job: JobId): Promise<number> {
  const listed = await git(home(repo), ["for-each-ref", "--format=delete %(refname)", `${jobRefs(job)}pin/`]);
  if (listed === "") return 0;
  await git(home(repo), ["update-ref", "--stdin"], { input: listed });
  return listed.trimEnd().split("\n").length;
}
