import { TuttiError } from "../../domain/errors.ts";
import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { gitFailure } from "../git/git-failure.ts";
import { gitAnswer } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { looseRef } from "./loose-ref.ts";
import { ownRefs } from "./ref-names.ts";
import { moveRefs } from "./ref-session.ts";

export type RefUpdate = {
  readonly ref: string;
  readonly to: CommitId;
  /** What the ref must hold now; `undefined`: it must not exist. */
  readonly from: CommitId | undefined;
};

/**
 * Moves a ref by compare-and-swap.
 * @throws {TuttiError} `CONFLICT` when the ref holds something else, or its name is taken by a ref above or below it
 */
export async function updateRef(repo: Repository, update: RefUpdate): Promise<void> {
  await updateRefs(repo, [update]);
}

/**
 * Moves several refs by compare-and-swap: all of them or none.
 * @throws {TuttiError} `CONFLICT` when one holds something else
 */
export async function updateRefs(repo: Repository, updates: readonly RefUpdate[]): Promise<void> {
  const lines = updates.map(({ ref, to, from }) => `update ${ref}\0${to}\0${from ?? zeroId(repo)}\0`);
  const names = updates.map(({ ref }) => ref).join(" or ");
  await changeRefs(repo, names, lines.join(""));
}

/**
 * Removes a ref if it still holds `from`. What it held must be reachable from elsewhere, or be given up on purpose.
 * @throws {TuttiError} `CONFLICT`
 */
export async function deleteRef(repo: Repository, ref: string, from: CommitId): Promise<void> {
  await changeRefs(repo, ref, `delete ${ref}\0${from}\0`);
}

/** Points a ref of ours at a commit, whatever it held before. Idempotent. */
export async function setRef(repo: Repository, ref: string, to: CommitId): Promise<void> {
  await changeRefs(repo, ref, `update ${ref}\0${to}\0\0`);
}

/** The commit that a ref (or any other name) stands for; `undefined` when there is none. */
export async function readRef(repo: Repository, ref: string): Promise<CommitId | undefined> {
  const known = ref.startsWith(ownRefs) ? await looseRef(repo, ref) : undefined;
  if (known !== undefined) return known;
  const answer = await gitAnswer(
    home(repo),
    ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`],
    {
      okExitCodes: [0, 1, 128],
    },
  );
  return answer.exitCode === 0 ? asCommitId(answer.stdout.trim()) : undefined;
}

async function changeRefs(repo: Repository, ref: string, commands: string): Promise<void> {
  const stderr = await moveRefs(repo, commands);
  if (stderr === undefined) return;
  if (!isLostRace(stderr)) {
    const facts = { args: ["update-ref"], cwd: repo.commonDir, exitCode: 128, hasTimedOut: false, cause: undefined };
    throw gitFailure({ ...facts, stderr });
  }
  const isNameTaken = /exists; cannot create|cannot create '/.test(stderr);
  throw new TuttiError("CONFLICT", isNameTaken ? `Another ref is in the way of ${ref}` : `${ref} has moved meanwhile`, {
    failureClass: "conflict",
    hint: isNameTaken
      ? "Rename the ref or branch that git names in the context"
      : "Read the ref again and repeat the step on what it holds now",
    context: { ref, stderr: stderr.trim() },
  });
}

function isLostRace(stderr: string): boolean {
  return /but expected|reference already exists|unable to resolve reference|reference is missing|exists; cannot create/.test(
    stderr,
  );
}

function zeroId(repo: Repository): CommitId {
  return asCommitId("0".repeat(repo.objectFormat === "sha256" ? 64 : 40));
}
