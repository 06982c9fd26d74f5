import { z } from "zod";

import type { WorkflowFlow } from "../../workflow/flow.ts";
import { checkOptions, nameOption } from "../port.ts";
import { conflictExit, mustRun, runScript } from "./run-command.ts";
import type { SagaStep } from "./saga-options.ts";

export type BranchStep = {
  /** Default: `branch <branch>`. */
  readonly name?: string;
  readonly branch: string;
  /** A commit, branch or tag of the project. Default: what the job has merged so far. */
  readonly at?: string;
};

export type MadeBranch = { readonly branch: string; readonly commit: string };

/** `git help check-ref-format`; branches of jobs are made by jobs. */
const branchName = z
  .string()
  .max(200)
  .regex(/^(?![-/.])(?!.*(\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[/.]$))[^\s~^:?*[\\\p{Cc}]+$/u, "is no name for a branch")
  .refine((name) => !name.startsWith("tutti/"), "must not begin with tutti/");

export const branchStepFields = {
  branch: branchName,
  at: z
    .string()
    .regex(/^[^-\s]\S*$/, "must be a commit, branch or tag")
    .exactOptional(),
};

const optionsSchema = z.strictObject({ name: nameOption.exactOptional(), ...branchStepFields });

/** It is ours when git's log of the branch says that this run made it: it may have, before a crash. */
const create = `
git update-ref --create-reflog -m "$3" "refs/heads/$1" "$2" "$(printf %s "$2" | tr 0-9a-f 0)" && exit 0
[ "$(git reflog show -1 --format=%gs "refs/heads/$1" --)" = "$3" ] && exit 0
exit ${conflictExit}`;

const remove = `
at=$(git rev-parse --verify --quiet "refs/heads/$1") || exit 0
[ "$at" = "$2" ] || { echo "$1 points to $at now; it was made at $2"; exit ${conflictExit}; }
if git worktree list --porcelain | grep -qxF "branch refs/heads/$1"; then echo "$1 is checked out"; exit ${conflictExit}; fi
git update-ref -d "refs/heads/$1" "$2"`;

const lookFor = `
if git show-ref --verify --quiet "refs/heads/$1"; then echo "$1 is there already"; exit ${conflictExit}; fi`;

/**
 * A step that makes a branch in the project, without checking it out. It is taken back by deleting it, unless it points elsewhere by
 * then or is checked out.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options
 */
export function branchStep(options: BranchStep): SagaStep<MadeBranch> {
  checkOptions("branchStep", optionsSchema, options);
  const { branch, name = `branch ${branch}` } = options;
  return {
    name,
    do: async (flow) => {
      await runScript(flow, `look for ${branch}`, [lookFor, branch]);
      const commit = await commitOf(flow, options);
      await runScript(flow, `make ${branch}`, [
        create,
        branch,
        commit,
        `tutti: ${flow.runId} ${name.replaceAll(/\s+/g, " ")}`,
      ]);
      return { branch, commit };
    },
    compensate: (flow, { commit }) => runScript(flow, `delete ${branch}`, [remove, branch, commit]),
  };
}

const commitOf = (flow: WorkflowFlow, { branch, at }: BranchStep): Promise<string> =>
  mustRun(flow, `find the commit for ${branch}`, {
    run: ["git", "rev-parse", "--verify", "--quiet", `${at ?? "HEAD"}^{commit}`],
    in: at === undefined ? "job" : "project",
  });
