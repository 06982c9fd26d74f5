import { TuttiError } from "../../domain/errors.ts";
import { exactText } from "./exact-text.ts";
import { fixedArguments, gitEnvironment } from "./git-env.ts";
import { gitFailure } from "./git-failure.ts";
import { runGitProcess } from "./git-process.ts";
import { splitNul } from "./nul-list.ts";

/** Where a git command runs: a directory, with the variables that say which repository, index and work tree it means. */
export type GitPlace = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> };

export type GitOptions = {
  /** Added to the place's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. Default empty. */
  readonly input?: string;
  /** Default 600,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Exit codes that are answers, not failures. Default `[0]`. */
  readonly okExitCodes?: readonly number[];
  /** Standard output names files, and any name has to survive (see `exactText`). Default `false`. */
  readonly isExact?: boolean;
};

export type GitAnswer = { readonly stdout: string; readonly stderr: string; readonly exitCode: number };

const defaultTimeoutMs = 600_000;

/**
 * Runs the git command line and returns its standard output, unchanged.
 * @throws {TuttiError} `GIT_FAILED` with arguments, exit code and the end of stderr; `ABORTED` when `signal` aborted
 */
export async function git(
  place: string | GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await gitAnswer(place, args, options)).stdout;
}

/** The file names that git prints with `-z`, whatever bytes they are made of. */
export async function gitPaths(
  place: string | GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<readonly string[]> {
  return splitNul(await git(place, args, { ...options, isExact: true }));
}

/** As `git`, without the final newline: for commands that answer with one word. */
export async function gitLine(
  place: string | GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await git(place, args, options)).replace(/\n$/, "");
}

/** As `git`, with exit code and stderr: for commands whose exit code is an answer (see `okExitCodes`). */
export async function gitAnswer(
  place: string | GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitAnswer> {
  const { cwd, env } = typeof place === "string" ? { cwd: place, env: {} } : place;
  const end = await runGitProcess({
    args: [...fixedArguments, ...args],
    cwd,
    env: gitEnvironment(process.env, { ...env, ...options.env }),
    input: options.input ?? "",
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    signal: options.signal,
  });
  if (options.signal?.aborted === true && end.exitCode === undefined) {
    throw new TuttiError("ABORTED", `git ${args[0] ?? ""} was stopped`, { failureClass: "killed" });
  }
  const { exitCode, signal, hasTimedOut, cause } = end;
  const [stdout, stderr] = [
    options.isExact === true ? exactText(end.stdout) : end.stdout.toString(),
    end.stderr.toString(),
  ];
  if (exitCode !== undefined && (options.okExitCodes ?? [0]).includes(exitCode)) return { stdout, stderr, exitCode };
  throw gitFailure({ args, cwd, exitCode, stderr, hasTimedOut, signal, cause });
}
