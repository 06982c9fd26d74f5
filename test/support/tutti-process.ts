import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import { runCommandLine } from "../../src/cli/main.ts";
import { memoryOutput } from "../../src/cli/memory-output.fixture.ts";
import type { ScratchProject } from "./scratch-project.ts";

export type TuttiResult = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type TuttiProcess = {
  readonly child: ChildProcess;
  readonly ended: Promise<TuttiResult>;
  readonly stdout: () => string;
  readonly stderr: () => string;
};

export type TuttiOptions = {
  readonly args: readonly string[];
  /** Where the scripted model listens. */
  readonly modelUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the project's root. */
  readonly cwd?: string;
};

const bin = fileURLToPath(new URL("../../bin/tutti.js", import.meta.url));

/** Starts the built command as a user would, with nothing of the developer's environment. */
export function startTutti(project: ScratchProject, options: TuttiOptions): TuttiProcess {
  const child = spawn(process.execPath, [bin, ...options.args], {
    cwd: options.cwd ?? project.root,
    env: environmentOf(project, options),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const { promise: ended, resolve } = Promise.withResolvers<TuttiResult>();
  child.once("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  return { child, ended, stdout: () => stdout, stderr: () => stderr };
}

export const runTutti = (project: ScratchProject, options: TuttiOptions): Promise<TuttiResult> =>
  startTutti(project, options).ended;

/**
 * The same command line in the test's own process: for what looks or stores and starts nothing, of which a process for each would
 * be most of the work.
 */
export async function runTuttiHere(
  project: ScratchProject,
  args: readonly string[],
  { cwd = project.root, ...environment }: Omit<TuttiOptions, "args"> = {},
): Promise<Pick<TuttiResult, "exitCode" | "stdout" | "stderr">> {
  const output = memoryOutput({ isJson: args.includes("--json") });
  const cli = { cwd, env: environmentOf(project, environment), output };
  const exitCode = await runCommandLine(cli, [process.execPath, bin, ...args]);
  return { exitCode, stdout: output.out(), stderr: output.err() };
}

/** What a user's shell would hand on: a home of its own, and the scripted model instead of the real one. */
export function environmentOf(
  project: ScratchProject,
  { modelUrl, env }: Pick<TuttiOptions, "modelUrl" | "env">,
): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: project.home,
    XDG_STATE_HOME: project.stateHome,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ...(modelUrl === undefined ? {} : { ANTHROPIC_BASE_URL: modelUrl, ANTHROPIC_API_KEY: "sk-ant-test" }),
    ...env,
  };
}

/** The events of a `--json` run, and its result object. */
export function parseNdjson(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
