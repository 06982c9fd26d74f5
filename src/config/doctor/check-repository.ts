import { execa } from "execa";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { judgeGit, type Diagnosis } from "./judge.ts";

type Place = { readonly projectDir: string; readonly env: Readonly<Record<string, string | undefined>> };

/** Looks, and touches nothing: not even the index's cached times. */
function git(args: readonly string[], { projectDir, env }: Place) {
  const quiet = { ...env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
  return execa("git", args, { cwd: projectDir, env: quiet, extendEnv: false, reject: false, timeout: 30_000 });
}

export async function checkGit(place: Place): Promise<Diagnosis> {
  const { failed, stdout } = await git(["--version"], place);
  if (!failed) return judgeGit(stdout);
  return {
    name: "git",
    status: "failed",
    detail: "does not start",
    fix: "Install git 2.38 or newer and put it on the PATH.",
  };
}

const name = "repository";

const unfinished: readonly { readonly file: string; readonly what: string }[] = [
  { file: "MERGE_HEAD", what: "a merge" },
  { file: "rebase-merge", what: "a rebase" },
  { file: "rebase-apply", what: "a rebase" },
  { file: "CHERRY_PICK_HEAD", what: "a cherry-pick" },
  { file: "BISECT_LOG", what: "a bisection" },
];

/** Whether agents can start from the repository, and whether they see what the person sees. */
export async function checkRepository(place: Place): Promise<Diagnosis> {
  const top = await git(["rev-parse", "--show-toplevel"], place);
  if (top.failed) return noRepository(place, top.stderr);
  const head = await git(["rev-parse", "--short", "--verify", "HEAD"], place);
  if (head.failed) {
    const fix = "Commit something: agents start from a commit.";
    return { name, status: "failed", detail: `${top.stdout} has no commit yet`, fix };
  }
  const stopped = await operationInProgress(place);
  if (stopped !== undefined) {
    return {
      name,
      status: "warning",
      detail: `${stopped} is not finished`,
      fix: `Finish or abort ${stopped}: agents start from HEAD as it is.`,
    };
  }
  return checkChanges(place, `${top.stdout} at ${head.stdout}`);
}

function noRepository({ projectDir }: Place, stderr: string): Diagnosis {
  const failed = (detail: string, fix: string): Diagnosis => ({ name, status: "failed", detail, fix });
  if (stderr.includes("must be run in a work tree")) {
    return failed(`${projectDir} has no checked-out files`, "Clone it, or add a checkout: git worktree add ../work");
  }
  if (stderr.includes("not a git repository") || stderr === "") {
    const fix = "Change into a git repository, or make one: git init && git add . && git commit -m start";
    return failed(`${projectDir} is not a git work tree`, fix);
  }
  return failed(stderr.trim().replaceAll(/\s*\n\s*/g, " "), "Repair what git complains of.");
}

async function checkChanges(place: Place, where: string): Promise<Diagnosis> {
  const status = await git(["status", "--porcelain", "--untracked-files=normal"], place);
  if (status.failed)
    return { name, status: "failed", detail: status.stderr.trim(), fix: "Repair what git complains of." };
  const count = status.stdout.split("\n").filter((line) => line !== "").length;
  if (count === 0) return { name, status: "ok", detail: where };
  const detail = `${where}, with ${count} uncommitted ${count === 1 ? "change" : "changes"}`;
  return { name, status: "warning", detail, fix: "Commit what agents should see: they start from HEAD." };
}

async function operationInProgress(place: Place): Promise<string | undefined> {
  const { stdout } = await git(["rev-parse", "--git-dir"], place);
  const gitDir = resolve(place.projectDir, stdout);
  return unfinished.find(({ file }) => existsSync(resolve(gitDir, file)))?.what;
}
