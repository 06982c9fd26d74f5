import type { CommitId } from "../../domain/ids.ts";
import { checkoutOf } from "../refs/checked-out.ts";
import { updateRef } from "../refs/update-ref.ts";
import type { Repository } from "../repository/repository.ts";

export type BranchAdvance = {
  readonly ref: string;
  readonly to: CommitId;
  /** What the ref must hold now; `undefined`: it must not exist. */
  readonly from: CommitId | undefined;
};

export type BranchAdvanced =
  | { readonly status: "advanced" }
  /** A person has the branch checked out: moving it would make their files look changed, so it stays. */
  | { readonly status: "checked-out"; readonly checkout: string };

/**
 * Moves a job's branch (or tip) by compare-and-swap, after the gates have passed on the merged files.
 * @throws {TuttiError} `CONFLICT` when it has moved meanwhile
 */
export async function advanceBranch(repo: Repository, { ref, to, from }: BranchAdvance): Promise<BranchAdvanced> {
  const checkout = ref.startsWith("refs/heads/") ? await checkoutOf(repo, ref) : undefined;
  if (checkout !== undefined) return { status: "checked-out", checkout };
  await updateRef(repo, { ref, to, from });
  return { status: "advanced" };
}
