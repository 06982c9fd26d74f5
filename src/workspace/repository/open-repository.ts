import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import { asCommitId, asProjectId } from "../../domain/ids.ts";
import { gitFailure } from "../git/git-failure.ts";
import type { Identity } from "../git/identity.ts";
import { splitNul } from "../git/nul-list.ts";
import { gitAnswer, type GitAnswer } from "../git/run-git.ts";
import type { Repository } from "./repository.ts";

/**
 * Finds the repository that a directory belongs to; a subfolder or a linked checkout will do.
 * @throws {TuttiError} `NOT_A_REPOSITORY` also for a bare one and for a path inside `.git`; `NO_COMMIT`
 */
export async function openRepository(directory: string): Promise<Repository> {
  const identity = configuredIdentity(directory);
  // Where there is no repository, that is what is wrong.
  identity.catch(() => undefined);
  const place = await locate(directory);
  const root = await realpath(place.root);
  const commonDir = await realpath(place.commonDir);
  return {
    root,
    commonDir,
    gitDir: await realpath(place.gitDir),
    objectFormat: place.objectFormat,
    projectId: asProjectId(createHash("sha256").update(commonDir).digest("hex").slice(0, 16)),
    name: basename(commonDir) === ".git" ? basename(dirname(commonDir)) : basename(commonDir, ".git"),
    head: place.head,
    branch: place.branch,
    identity: await identity,
  };
}

type Location = Pick<Repository, "root" | "gitDir" | "commonDir" | "objectFormat" | "head" | "branch">;

/** Everything that one git knows. It answers a line for each question, up to the first that it has no answer to. */
const questions = [
  ...[
    "--is-bare-repository",
    "--is-inside-work-tree",
    "--absolute-git-dir",
    "--git-common-dir",
    "--show-object-format",
  ],
  ...["--show-toplevel", "HEAD^{commit}", "--symbolic-full-name", "HEAD"],
];

async function locate(directory: string): Promise<Location> {
  const answer = await gitAnswer(directory, ["rev-parse", ...questions], { okExitCodes: [0, 128] });
  const [isBare, isInside, gitDir, commonDir, format, root, head, branchRef] = answer.stdout.split("\n");
  if (answer.exitCode === 0 && answer.stdout.split("\n").length > questions.length) throw lineBreakInPath(directory);
  if (format === undefined) throw notARepository(directory, answer.stderr);
  if (isInside !== "true" || gitDir === undefined || commonDir === undefined || root === undefined) {
    throw noCheckout(directory, isBare === "true");
  }
  if (answer.exitCode !== 0 && !answer.stderr.includes("unknown revision")) throw unreadable(directory, answer);
  if (answer.exitCode !== 0 || head === undefined) throw noCommit(root);
  return {
    root,
    gitDir,
    commonDir: resolve(directory, commonDir),
    objectFormat: format === "sha256" ? "sha256" : "sha1",
    head: asCommitId(head),
    branch: branchRef?.startsWith(branches) === true ? branchRef.slice(branches.length) : undefined,
  };
}

const branches = "refs/heads/";

const lineBreakInPath = (directory: string): TuttiError =>
  new TuttiError(
    "NOT_A_REPOSITORY",
    `The path of the repository has a line break in it: ${JSON.stringify(directory)}`,
    {
      hint: "Rename the folder: git can't pass such a path on",
      context: { directory },
    },
  );

function notARepository(directory: string, stderr: string): TuttiError {
  const isDistrusted = stderr.includes("dubious ownership");
  if (!isDistrusted && !stderr.includes("not a git repository")) return unusable(directory, stderr.trim());
  return new TuttiError("NOT_A_REPOSITORY", `${directory} is not in a git repository that can be used`, {
    hint: isDistrusted
      ? `The repository belongs to somebody else: git config --global --add safe.directory ${directory}`
      : "Change to your project, or make it a repository: git init && git add -A && git commit -m start",
    context: { directory, stderr: stderr.trim() },
  });
}

/** It is one, of a kind that this git doesn't know, or a broken one. */
function unusable(directory: string, stderr: string): TuttiError {
  const said = stderr.replace(/^fatal: /, "").replaceAll(/\s*\n\s*/g, " ");
  return new TuttiError("NOT_A_REPOSITORY", `Git can't use the repository at ${directory}: ${said}`, {
    hint: "A newer git may know what this one doesn't; git status in that folder says the same",
    context: { directory, stderr },
  });
}

function noCheckout(directory: string, isBare: boolean): TuttiError {
  return new TuttiError("NOT_A_REPOSITORY", `${directory} has no checked-out files${isBare ? ": it is bare" : ""}`, {
    hint: isBare ? "Clone it, or add a checkout: git worktree add ../work" : "Start tutti in the project's folder",
    context: { directory, isBare },
  });
}

const unreadable = (cwd: string, answer: GitAnswer): TuttiError =>
  gitFailure({ ...answer, args: ["rev-parse", ...questions], cwd, hasTimedOut: false, cause: undefined });

function noCommit(root: string): TuttiError {
  return new TuttiError(
    "NO_COMMIT",
    "The repository has no commit yet, so there is nothing that a task could start from",
    {
      hint: "Make a first commit: git add -A && git commit -m start",
      context: { root },
    },
  );
}

async function configuredIdentity(directory: string): Promise<Identity | undefined> {
  const answer = await gitAnswer(directory, ["config", "-z", "--get-regexp", "^user\\.(name|email)$"], {
    okExitCodes: [0, 1],
  });
  // Of several, the last one holds.
  const values = new Map(splitNul(answer.stdout).map((entry) => [keyOf(entry), valueOf(entry)] as const));
  const [name = "", email = ""] = [values.get("user.name"), values.get("user.email")];
  return name === "" || email === "" ? undefined : { name, email };
}

const keyOf = (entry: string): string => entry.split("\n", 1)[0] ?? "";
const valueOf = (entry: string): string => entry.slice(keyOf(entry).length + 1).trim();
