import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId } from "../../domain/ids.ts";
import { gitFailure } from "../git/git-failure.ts";
import { joinNul, splitNul } from "../git/nul-list.ts";
import { git, gitAnswer, gitPaths } from "../git/run-git.ts";
import { checkout, type Repository } from "../repository/repository.ts";
import { ifAbsent } from "../slots/slot.ts";

export type ForwardMove = {
  /** What HEAD holds now. */
  readonly from: CommitId;
  /** A descendant of it. Nothing that differs between the two has uncommitted changes. */
  readonly to: CommitId;
};

/**
 * Moves the user's branch, index and files forward: all of them, or none.
 * @throws {TuttiError} `CONFLICT` when files are in the way, `GIT_FAILED`: nothing has changed then, unless the hint says what to do
 */
export async function moveForward(repo: Repository, move: ForwardMove): Promise<void> {
  await rehearse(repo, move);
  const before = await staged(repo);
  const options = ["--ff-only", "--no-overwrite-ignore", "--no-verify-signatures", "--quiet"];
  const settings = ["merge.autoStash=false", `core.sparseCheckout=${await isSparse(repo)}`];
  const args = [...settings.flatMap((setting) => ["-c", setting]), "merge", ...options, move.to];
  const { exitCode, stderr } = await gitAnswer(checkout(repo), args, {
    env: { GIT_REFLOG_ACTION: "tutti merge" },
    okExitCodes: [0, 1, 2, 128],
  });
  if (exitCode === 0) return;
  // Git moves index and files first and the branch last: a lock on the branch leaves the one without the other.
  if ((await staged(repo)) !== before) await takeBack(repo, move, { before, stderr });
  throw refusal(repo, stderr);
}

/**
 * Writes the new files beside the checkout first. A filter that fails (of LFS, without a network) and a disk that is full would
 * otherwise leave half of them.
 */
async function rehearse(repo: Repository, { from, to }: ForwardMove): Promise<void> {
  const listing = [
    "diff-tree",
    "-r",
    "-z",
    "--name-only",
    "--no-renames",
    "--diff-filter=d",
    "--ignore-submodules=all",
  ];
  const files = await gitPaths(checkout(repo), [...listing, from, to]);
  await removeAbandoned(repo);
  const folder = await mkdtemp(join(repo.gitDir, rehearsalPrefix));
  const place = { ...checkout(repo), env: { ...checkout(repo).env, GIT_INDEX_FILE: join(folder, "index") } };
  try {
    await git(place, ["read-tree", to]);
    const args = ["checkout-index", "--quiet", `--prefix=${join(folder, "files")}/`, "-z", "--stdin"];
    await git(place, args, { input: joinNul(files) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const rehearsalPrefix = "tutti-merge-";
const abandonedAfterMs = 86_400_000;

/** What a merge that was killed has written: copies, and nothing else. */
async function removeAbandoned({ gitDir }: Repository): Promise<void> {
  const rehearsals = (await readdir(gitDir)).filter((name) => name.startsWith(rehearsalPrefix));
  for (const path of rehearsals.map((name) => join(gitDir, name))) {
    const found = await stat(path).catch(ifAbsent);
    const isAbandoned = found !== undefined && Date.now() - found.mtimeMs > abandonedAfterMs;
    if (isAbandoned) await rm(path, { recursive: true, force: true });
  }
}

const staged = (repo: Repository): Promise<string> => git(checkout(repo), ["ls-files", "--stage", "-z"]);

/** As the user has set it: elsewhere we look at all files. */
async function isSparse(repo: Repository): Promise<boolean> {
  const args = ["config", "--show-scope", "--type=bool", "-z", "--get-all", "core.sparseCheckout"];
  const words = splitNul((await gitAnswer(checkout(repo), args, { okExitCodes: [0, 1] })).stdout);
  const values = words.flatMap((word, at) => (at % 2 === 1 && words[at - 1] !== "command" ? [word] : []));
  return values.at(-1) === "true";
}

async function takeBack(
  repo: Repository,
  { from, to }: ForwardMove,
  { before, stderr }: { readonly before: string; readonly stderr: string },
): Promise<void> {
  const settings = ["-c", `core.sparseCheckout=${await isSparse(repo)}`];
  const back = ["read-tree", "-m", "-u", to, from];
  const answer = await gitAnswer(checkout(repo), [...settings, ...back], { okExitCodes: [0, 1, 128] });
  if (answer.exitCode === 0 && (await staged(repo)) === before) return;
  throw new TuttiError("GIT_FAILED", `The merge stopped in its middle: ${lastOf(stderr)}`, {
    failureClass: "permanent",
    hint: `Your branch has not moved, and your files are those of the merge. To take them back: git ${back.join(" ")}`,
    context: { from, to, stderr, takingBack: answer.stderr },
  });
}

const lastOf = (stderr: string): string => stderr.trim().split("\n").at(-1) ?? "";

function refusal(repo: Repository, stderr: string): TuttiError {
  if (/would be overwritten|not uptodate|would be removed|would lose untracked/.test(stderr)) {
    const paths = [...stderr.matchAll(/^\t(.+)$/gm)].map(([, path = ""]) => path);
    return overwrites(paths, stderr.trim());
  }
  const facts = { args: ["merge"], cwd: repo.root, exitCode: 128, hasTimedOut: false, cause: undefined };
  return gitFailure({ ...facts, stderr });
}

export function overwrites(paths: readonly string[], stderr: string): TuttiError {
  const what = paths.length === 0 ? stderr : paths.join(", ");
  return new TuttiError("CONFLICT", `The merge would overwrite uncommitted changes: ${what}`, {
    failureClass: "conflict",
    hint: "Nothing was changed. Commit or stash your changes first",
    context: { paths, stderr },
  });
}
