import { enableCompileCache } from "node:module";

import { CommanderError } from "commander";

import { exitCodes } from "../domain/job-status.ts";
import { isAnythingLeftBehind } from "../workflow/left-behind.ts";
import type { Cli } from "./cli.ts";
import { processOutput } from "./output.ts";
import { buildProgram } from "./declare/program.ts";
import { printError } from "./render/error-text.ts";
import { terminalOf } from "./terminal.ts";

/**
 * Runs one command line and leaves the exit code to the process, so that everything open can close by itself. What a workflow's author
 * has left going would never do so.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const isJson = argv.includes("--json");
  const output = processOutput(process, { isJson });
  const terminal = terminalOf(process, { isJson });
  const asks = terminal === undefined ? {} : { terminal };
  const cli: Cli = { cwd: process.cwd(), env: process.env, output, ...asks };
  process.exitCode = await runCommandLine(cli, argv);
  if (isAnythingLeftBehind()) process.stdout.write("", () => process.exit());
}

/** @returns the exit code; what is wrong has been printed */
export async function runCommandLine(cli: Cli, argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = buildProgram(cli, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    // Commander has said it already; for `--help` and `--version` its code is 0.
    if (error instanceof CommanderError) return error.exitCode;
    return printError(cli.output, error);
  }
}

// Started by path, as worker processes are.
if (process.argv[1] === import.meta.filename) {
  enableCompileCache();
  await main(process.argv);
}
