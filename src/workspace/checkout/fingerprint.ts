import { createHash } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { splitNul } from "../git/nul-list.ts";
import { git, gitAnswer } from "../git/run-git.ts";
import { ownBranches, ownRefs } from "../refs/ref-names.ts";
import { checkout, home, type Repository } from "../repository/repository.ts";
import { ifAbsent } from "../slots/slot.ts";

/**
 * Everything in a user's repository and checkout that must not move through us or our agents. JSON, so that it can be
 * stored. Ignored files, and what lies in `.tutti/state` and `.tutti/slots`, don't count.
 */
export type CheckoutFingerprint = {
  /** `refs/heads/main`, or empty when detached. */
  readonly headRef: string;
  readonly headCommit: string;
  /** All refs but ours: name to object. */
  readonly refs: Readonly<Record<string, string>>;
  /** Commits of the stash, newest first. */
  readonly stash: readonly string[];
  /** Digest of the staged files, not of the index file: a `git status` of the user doesn't count. */
  readonly index: string;
  /** Files that differ from the index or are untracked: path to state, mode, size and time of change. */
  readonly files: Readonly<Record<string, string>>;
  /** Digest of `.git/config`. */
  readonly config: string;
  /** Names, sizes and times in `.git/hooks`. */
  readonly hooks: string;
};

/** Costs a `git status` and three listings: reads no file that git knows to be unchanged. */
export async function takeCheckoutFingerprint(repo: Repository): Promise<CheckoutFingerprint> {
  const [headRef, headCommit, refs, stash, index, files, config, hooks] = await Promise.all([
    answerOf(repo, ["symbolic-ref", "--quiet", "HEAD"]),
    answerOf(repo, ["rev-parse", "--verify", "--quiet", "HEAD"]),
    refsOf(repo),
    stashOf(repo),
    stagedDigest(repo),
    unstagedFiles(repo),
    configDigest(repo),
    hooksDigest(repo),
  ]);
  return { headRef, headCommit, refs, stash, index, files, config, hooks };
}

async function answerOf(repo: Repository, args: readonly string[]): Promise<string> {
  return (await gitAnswer(checkout(repo), args, { okExitCodes: [0, 1] })).stdout.trim();
}

async function refsOf(repo: Repository): Promise<Readonly<Record<string, string>>> {
  const listing = await git(home(repo), ["for-each-ref", "--format=%(refname) %(objectname)"]);
  const pairs = listing.split("\n").map((line): [string, string] => {
    const [name = "", object = ""] = line.split(" ");
    return [name, object];
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== "" && name !== "refs/stash" && !isOurs(name)));
}

const isOurs = (ref: string): boolean => ref.startsWith(ownRefs) || ref.startsWith(ownBranches);

/** Older entries of the stash are in its reflog only. */
async function stashOf(repo: Repository): Promise<readonly string[]> {
  const answer = await gitAnswer(home(repo), ["log", "--walk-reflogs", "--format=%H", "refs/stash", "--"], {
    okExitCodes: [0, 128],
  });
  return answer.stdout.split("\n").filter((line) => line !== "");
}

async function stagedDigest(repo: Repository): Promise<string> {
  return digest(await git(checkout(repo), ["ls-files", "--stage", "-z"]));
}

const ourFolders = [":(exclude,top).tutti/state", ":(exclude,top).tutti/slots"];

async function unstagedFiles(repo: Repository): Promise<Readonly<Record<string, string>>> {
  const args = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", ".", ...ourFolders];
  const entries = splitNul(await git(checkout(repo), args));
  return Object.fromEntries(
    await Promise.all(
      entries.map(async (entry): Promise<[string, string]> => {
        const path = entry.slice(3);
        return [path, `${entry.slice(0, 2)} ${await fileState(join(repo.root, path))}`];
      }),
    ),
  );
}

async function fileState(path: string): Promise<string> {
  const found = await lstat(path, { bigint: true }).catch(ifAbsent);
  return found === undefined ? "absent" : `${found.mode} ${found.size} ${found.mtimeNs}`;
}

async function configDigest(repo: Repository): Promise<string> {
  return digest((await readFile(join(repo.commonDir, "config"), "utf8").catch(ifAbsent)) ?? "");
}

async function hooksDigest(repo: Repository): Promise<string> {
  const folder = join(repo.commonDir, "hooks");
  const names = ((await readdir(folder).catch(ifAbsent)) ?? []).toSorted();
  const states = await Promise.all(names.map(async (name) => `${name} ${await fileState(join(folder, name))}`));
  return digest(states.join("\n"));
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
