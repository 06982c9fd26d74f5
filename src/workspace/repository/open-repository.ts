import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import { asCommitId, asProjectId, type CommitId } from "../../domain/ids.ts";
import type { Identity } from "../git/identity.ts";
import { git, gitAnswer, gitLine } from "../git/run-git.ts";
import type { Repository } from "./repository.ts";

/**
 * Finds the repository that a directory belongs to; a subfolder or a linked checkout will do.
 * @throws {TuttiError} `NOT_A_REPOSITORY` also for a bare one and for a path inside `.git`; `NO_COMMIT`
 */
export async function openRepository(directory: string): Promise<Repository> {
  const place = await locate(directory);
  const root = await realpath(await gitLine(directory, ["rev-parse", "--show-toplevel"]));
  const commonDir = await realpath(place.commonDir);
  const [head, branch, isDirty, identity] = await Promise.all([
    headOf(root),
    branchOf(root),
    isDirtyAt(root),
    configuredIdentity(root),
  ]);
  return {
    root,
    commonDir,
    gitDir: await realpath(place.gitDir),
    objectFormat: place.objectFormat,
    projectId: asProjectId(createHash("sha256").update(commonDir).digest("hex").slice(0, 16)),
    name: basename(commonDir) === ".git" ? basename(dirname(commonDir)) : basename(commonDir, ".git"),
    head,
    branch,
    isDirty,
    identity,
  };
}

type Location = Pick<Repository, "gitDir" | "commonDir" | "objectFormat">;

async function locate(directory: string): Promise<Location> {
  const questions = ["--is-bare-repository", "--is-inside-work-tree", "--absolute-git-dir", "--git-common-dir"];
  const answer = await gitAnswer(directory, ["rev-parse", ...questions, "--show-object-format"], {
    okExitCodes: [0, 128],
  });
  if (answer.exitCode !== 0) throw notARepository(directory, answer.stderr);
  const [isBare, isInside, gitDir, commonDir, format] = answer.stdout.trimEnd().split("\n");
  if (isInside !== "true" || gitDir === undefined || commonDir === undefined) {
    throw noCheckout(directory, isBare === "true");
  }
  return { gitDir, commonDir: resolve(directory, commonDir), objectFormat: format === "sha256" ? "sha256" : "sha1" };
}

function notARepository(directory: string, stderr: string): TuttiError {
  const isDistrusted = stderr.includes("dubious ownership");
  return new TuttiError("NOT_A_REPOSITORY", `${directory} is not in a git repository that can be used`, {
    hint: isDistrusted
      ? `The repository belongs to somebody else: git config --global --add safe.directory ${directory}`
      : "Change to your project, or make it a repository: git init && git add -A && git commit -m start",
    context: { directory, stderr: stderr.trim() },
  });
}

function noCheckout(directory: string, isBare: boolean): TuttiError {
  return new TuttiError("NOT_A_REPOSITORY", `${directory} has no checked-out files${isBare ? ": it is bare" : ""}`, {
    hint: isBare ? "Clone it, or add a checkout: git worktree add ../work" : "Start tutti in the project's folder",
    context: { directory, isBare },
  });
}

async function headOf(root: string): Promise<CommitId> {
  const answer = await gitAnswer(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { okExitCodes: [0, 1] });
  if (answer.exitCode === 0) return asCommitId(answer.stdout.trim());
  throw new TuttiError(
    "NO_COMMIT",
    "The repository has no commit yet, so there is nothing that a task could start from",
    {
      hint: "Make a first commit: git add -A && git commit -m start",
      context: { root },
    },
  );
}

async function branchOf(root: string): Promise<string | undefined> {
  const answer = await gitAnswer(root, ["symbolic-ref", "--quiet", "--short", "HEAD"], { okExitCodes: [0, 1] });
  return answer.exitCode === 0 ? answer.stdout.trim() : undefined;
}

async function isDirtyAt(root: string): Promise<boolean> {
  return (await git(root, ["status", "--porcelain", "--untracked-files=normal"])) !== "";
}

async function configuredIdentity(root: string): Promise<Identity | undefined> {
  const [name, email] = await Promise.all(["user.name", "user.email"].map((key) => configValue(root, key)));
  return name === undefined || email === undefined ? undefined : { name, email };
}

async function configValue(root: string, key: string): Promise<string | undefined> {
  const answer = await gitAnswer(root, ["config", "--get", key], { okExitCodes: [0, 1] });
  const value = answer.stdout.trim();
  return value === "" ? undefined : value;
}
