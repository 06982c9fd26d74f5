import { setTimeout as wait } from "node:timers/promises";
import type { CommitId } from "../../domain/ids.ts";
import { diffOf, type Diff } from "../diff/diff-of.ts";
import { areObjectsMissing } from "../git/git-failure.ts";
import { gitAnswer } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { deleteRef } from "./update-ref.ts";

const tries = 5;
const firstWaitMs = 50;

/**
 * Makes new objects and a ref that holds them. A `git gc --prune=now` of the user's takes what no ref holds yet, and so what was
 * written a moment ago: then it is all made once more.
 */
export async function despiteCollection<T>(make: () => Promise<T>): Promise<T> {
  for (let made = 1; ; made += 1) {
    try {
      return await make();
    } catch (error) {
      if (made === tries || !areObjectsMissing(error)) throw error;
      await wait(firstWaitMs * 2 ** made);
    }
  }
}

type Held = { readonly ref: string; readonly commit: CommitId };

/**
 * The change that a ref has just been made for, read from what is there. A ref that names what is gone would break the user's own
 * `git gc`, so it goes.
 */
export async function diffOfHeld(
  repo: Repository,
  { ref, commit }: Held,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Diff> {
  try {
    return await diffOf(repo, from, to);
  } catch (error) {
    if (areObjectsMissing(error) && (await isBroken(repo, commit))) await deleteRef(repo, ref, commit);
    throw error;
  }
}

async function isBroken(repo: Repository, commit: CommitId): Promise<boolean> {
  const args = ["rev-list", "--objects", "--quiet", "--no-walk", commit];
  return (await gitAnswer(home(repo), args, { okExitCodes: [0, 1, 128] })).exitCode !== 0;
}
