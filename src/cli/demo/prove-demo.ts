import { join } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import type { DemoFolder } from "./demo-folder.ts";
import type { DemoShell, TestCount } from "./demo-shell.ts";

/** What the user's side of the project looks like. */
export type Checkout = { readonly branch: string; readonly head: string; readonly changes: string };

export type DemoProof = {
  /** The job's branch. */
  readonly branch: string;
  /** One line a commit, the newest first. */
  readonly commits: readonly string[];
  /** Of the branch, in a clone that nobody has worked in. */
  readonly tests: TestCount;
  readonly isCheckoutUntouched: boolean;
};

export async function lookAtCheckout(shell: DemoShell, { project }: DemoFolder): Promise<Checkout> {
  return {
    branch: await shell.git(project, "symbolic-ref", "--short", "HEAD"),
    head: await shell.git(project, "rev-parse", "HEAD"),
    changes: await shell.git(project, "status", "--porcelain"),
  };
}

/** Looks at what the job left behind, with git and the tests alone: nothing that Tutti says counts here. */
export async function proveDemo(shell: DemoShell, folder: DemoFolder, before: Checkout): Promise<DemoProof> {
  const { project, root } = folder;
  const branch = await jobBranchIn(shell, project);
  const clone = join(root, "proof");
  await shell.git(root, "clone", "--quiet", "--branch", branch, project, clone);
  const after = await lookAtCheckout(shell, folder);
  const log = await shell.git(project, "log", "--format=%h %s", `${before.head}..${branch}`);
  return {
    branch,
    commits: log.split("\n").filter((line) => line !== ""),
    tests: await shell.runTests(clone),
    isCheckoutUntouched: JSON.stringify(after) === JSON.stringify(before),
  };
}

async function jobBranchIn(shell: DemoShell, project: string): Promise<string> {
  const branch = await shell.git(project, "for-each-ref", "--format=%(refname:short)", "refs/heads/tutti/");
  if (branch !== "" && !branch.includes("\n")) return branch;
  throw new TuttiError("INTERNAL", "The demo's job left no branch of its own", { failureClass: "bug" });
}
