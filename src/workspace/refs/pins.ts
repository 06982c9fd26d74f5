import type { CommitId, JobId } from "../../domain/ids.ts";
import type { Repository } from "../repository/repository.ts";
import { looseRef } from "./loose-ref.ts";
import { pinRef } from "./ref-names.ts";
import { setRef } from "./update-ref.ts";

/**
 * Keeps a commit, and so everything that a slot borrows from the repository through it, from garbage collection: a user's
 * rewind and `gc --prune=now` would otherwise break the slot. Idempotent.
 * @returns the pin's ref
 */
export async function pinCommit(repo: Repository, job: JobId, commit: CommitId): Promise<string> {
  const ref = pinRef(job, commit);
  if ((await looseRef(repo, ref)) !== commit) await setRef(repo, ref, commit);
  return ref;
}
