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

/** Costs a `git status` and two listings: reads no file that git knows to be unchanged. */
export async function takeCheckoutFingerprint(repo: Repository): Promise<CheckoutFingerprint> {
  const [refs, index, status, config, hooks] = await Promise.all([
    refsOf(repo),
    stagedDigest(repo),
    statusOf(repo),
    configDigest(repo),
    hooksDigest(repo),
  ]);
  const { [stashRef]: newestStash, ...others } = refs;
  const stash = newestStash === undefined ? [] : await stashOf(repo);
  return { ...status, refs: others, stash, index, config, hooks };
}

const stashRef = "refs/stash";

async function refsOf(repo: Repository): Promise<Readonly<Record<string, string>>> {
  const listing = await git(home(repo), ["for-each-ref", "--format=%(refname) %(objectname)"]);
  const pairs = listing.split("\n").map((line): [string, string] => {
    const [name = "", object = ""] = line.split(" ");
    return [name, object];
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== "" && !isOurs(name)));
}

const isOurs = (ref: string): boolean => ref.startsWith(ownRefs) || ref.startsWith(ownBranches);

/** Older entries of the stash are in its reflog only. */
async function stashOf(repo: Repository): Promise<readonly string[]> {
  const answer = await gitAnswer(home(repo), ["log", "--walk-reflogs", "--format=%H", "refs/stash", "--"], {
    okExitCodes: [0, 128],
  });
  return answer.stdout.split("\n").filter((line) => line !== "");
}

/** Of the index as it was last read: the same file stages the same. */
const lastRead = new WeakMap<Repository, { readonly file: string; readonly staged: string }>();

async function stagedDigest(repo: Repository): Promise<string> {
  const file = await indexDigest(repo);
  const known = lastRead.get(repo);
  if (file !== undefined && known?.file === file) return known.staged;
  const staged = digest(await git(checkout(repo), ["ls-files", "--stage", "-z"]));
  // Somebody may have staged something meanwhile.
  if (file !== undefined && (await indexDigest(repo)) === file) lastRead.set(repo, { file, staged });
  return staged;
}

async function indexDigest(repo: Repository): Promise<string | undefined> {
  const content = await readFile(join(repo.gitDir, "index")).catch(ifAbsent);
  return content === undefined ? undefined : digest(content);
}

const ourFolders = [":(exclude,top).tutti/state", ":(exclude,top).tutti/slots"];

type Status = Pick<CheckoutFingerprint, "headRef" | "headCommit" | "files">;

/** HEAD and what differs from it. Source of the form: `git help status`, porcelain format version 2. */
async function statusOf(repo: Repository): Promise<Status> {
  const options = ["--porcelain=v2", "-z", "--branch", "--no-renames", "--untracked-files=all"];
  const lines = splitNul(await git(checkout(repo), ["status", ...options, "--", ".", ...ourFolders]));
  const header = (name: string): string =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3) ?? "";
  const branch = header("branch.head");
  const entries = lines.filter((line) => !line.startsWith("#"));
  return {
    headRef: branch === "(detached)" ? "" : `refs/heads/${branch}`,
    headCommit: header("branch.oid"),
    files: Object.fromEntries(await Promise.all(entries.map((entry) => fileEntry(repo, entry)))),
  };
}

/** How many fields stand before the path, by the kind of line: changed, unmerged, untracked. */
const fieldsBeforePath: Readonly<Record<string, number>> = { "1": 8, u: 10, "?": 1 };

async function fileEntry(repo: Repository, entry: string): Promise<[string, string]> {
  const fields = entry.split(" ");
  const [kind = "", letters = ""] = fields;
  const path = fields.slice(fieldsBeforePath[kind] ?? 1).join(" ");
  const state = kind === "?" ? kind : letters;
  return [path, `${state} ${await fileState(join(repo.root, path))}`];
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

const digest = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");
