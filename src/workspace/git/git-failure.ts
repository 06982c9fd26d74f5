import { existsSync } from "node:fs";
import { TuttiError } from "../../domain/errors.ts";
import type { FailureClass } from "../../domain/failure/failure-class.ts";
import { tailOf } from "../../domain/text-tail.ts";

export type GitFailureFacts = {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly hasTimedOut: boolean;
  /** That ended it. Default: none did. */
  readonly signal?: string | undefined;
  readonly cause: unknown;
};

const tailLength = 2_000;

type Diagnosis = { readonly failureClass: FailureClass; readonly hint: string };

const outOfSpace = /No space left on device|Disk quota exceeded/;

const missingObjects =
  /bad object|missing (blob|tree|commit)|unable to read (sha1|tree|[0-9a-f]{40})|invalid object|nonexistent object|not a valid object|cannot read object|failed to unpack tree/i;

/** What git says, and what that means. The first that matches counts. */
const diagnoses: readonly (Diagnosis & { readonly says: RegExp })[] = [
  {
    says: /dubious ownership/,
    failureClass: "permanent",
    hint: "Tell git that you trust this folder: git config --global --add safe.directory <folder>",
  },
  {
    says: /\.lock': File exists|Unable to create '.*\.lock'|cannot lock ref .*Unable to create/,
    failureClass: "transient",
    hint: "Another git is at work in this repository; if none is, remove the lock file that git names",
  },
  { says: outOfSpace, failureClass: "permanent", hint: "Free some disk space" },
  {
    says: missingObjects,
    failureClass: "permanent",
    hint: "Objects are missing from the repository. In a partial clone, bring them: git fetch --refetch --no-filter. Otherwise run git fsck",
  },
  {
    says: /Read-only file system/,
    failureClass: "permanent",
    hint: "The disk is mounted for reading only: Tutti has to write into the repository's git directory",
  },
  { says: /Permission denied/, failureClass: "permanent", hint: "Give the user that runs tutti access to the file" },
  {
    says: /unable to create directory for|couldn't write/,
    failureClass: "permanent",
    hint: "See whether there is space on the disk, and whether it and its folders may be written",
  },
];

const unknown: Diagnosis = {
  failureClass: "permanent",
  hint: "Run the command by hand in the folder named in the context to see what git says",
};

const missing: Diagnosis = { failureClass: "permanent", hint: "Install git 2.38 or newer and put it on the PATH" };

const homeless = (cwd: string): Diagnosis => ({
  failureClass: "permanent",
  hint: `There is no folder ${cwd}: it was moved or removed, or its name is no UTF-8`,
});

const killed: Diagnosis = {
  failureClass: "transient",
  hint: "Something outside of Tutti ended git: the system, when memory ran out, or a person. Try it again",
};

const slow: Diagnosis = {
  failureClass: "transient",
  hint: "Look whether the disk is slow or full, or another git waits for a lock",
};

/** Turns a failed git into the error that the rest of the program understands. */
export function gitFailure(facts: GitFailureFacts): TuttiError {
  const { failureClass, hint } = diagnose(facts);
  const stderr = tailOf(facts.stderr, tailLength).trim();
  const outcome = outcomeOf(facts);
  const message = [`git ${commandIn(facts.args)} ${outcome}`, essence(stderr)].filter((part) => part !== "").join(": ");
  return new TuttiError("GIT_FAILED", message, {
    failureClass,
    hint,
    context: { args: facts.args, cwd: facts.cwd, exitCode: facts.exitCode ?? null, stderr },
    cause: facts.cause,
  });
}

/** Whether git failed for a reason that the same again won't end, and that more room on the disk wouldn't. */
export const isRepositoryBroken = (thrown: unknown): thrown is TuttiError =>
  TuttiError.is(thrown) &&
  thrown.code === "GIT_FAILED" &&
  thrown.failureClass === "permanent" &&
  typeof thrown.context["exitCode"] === "number" &&
  !outOfSpace.test(JSON.stringify(thrown.context["stderr"] ?? ""));

/** Settings may stand before it. */
const commandIn = (args: readonly string[]): string =>
  args.find((arg, index) => arg !== "-c" && args[index - 1] !== "-c") ?? "";

/** Advice may follow what went wrong. */
function essence(stderr: string): string {
  const lines = stderr.split("\n");
  return lines.findLast((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? "";
}

/** Whether git failed because objects that it wanted are not there. */
export const areObjectsMissing = (thrown: unknown): boolean =>
  TuttiError.is(thrown) &&
  thrown.code === "GIT_FAILED" &&
  missingObjects.test(JSON.stringify(thrown.context["stderr"] ?? ""));

function outcomeOf({ hasTimedOut, signal, exitCode }: GitFailureFacts): string {
  if (hasTimedOut) return "took too long";
  if (signal !== undefined) return `was killed by ${signal}`;
  return exitCode === undefined ? "could not be started" : `failed with ${exitCode}`;
}

function diagnose(facts: GitFailureFacts): Diagnosis {
  if (facts.hasTimedOut) return slow;
  if (facts.signal !== undefined) return killed;
  if (facts.exitCode === undefined) return existsSync(facts.cwd) ? missing : homeless(facts.cwd);
  return diagnoses.find(({ says }) => says.test(facts.stderr)) ?? unknown;
}
