import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import { scriptWords } from "../../domain/workflow/script-words.ts";
import type { CommandRequest, WorkflowFlow } from "../../workflow/flow.ts";
import { checkOptions, nameOption } from "../port.ts";
import { mustRun } from "./run-command.ts";
import type { SagaStep } from "./saga-options.ts";

/** Program and arguments, or a line for the shell. */
export type CommandLine = string | readonly string[];

export type CommandPair = {
  readonly name: string;
  readonly do: CommandLine;
  /** Its arguments may hold `{{output}}`, what `do` said, and `{{lastLine}}`, the last line of it. */
  readonly undo: CommandLine;
  /** Ends with 0 where `do` has happened, and says the same. Keeps `do` from running twice when a crash swallowed its end. */
  readonly isDone?: CommandLine;
  /** Default `project`. */
  readonly in?: CommandRequest["in"];
  /** Of each. Default 600,000. */
  readonly timeoutMs?: number;
};

const placeholder = /\{\{(output|lastLine)\}\}/g;

const commandLine = z.union(
  [z.string().trim().min(1), z.array(z.string()).min(1)],
  "must be a line, or a list of a program and its arguments",
);

const hasPlaceholder = (text: string): boolean => text.search(placeholder) >= 0;

/** A text from outside in a line for the shell, or in a script that is given as an argument, could be a command of its own. */
const undoLine = commandLine
  .refine((line) => typeof line !== "string" || !hasPlaceholder(line), {
    message: "must be a list of a program and its arguments where it takes {{output}} or {{lastLine}}",
  })
  .refine((line) => typeof line === "string" || !scriptWords(line).some(hasPlaceholder), {
    message: "must not take {{output}} or {{lastLine}} within a script: give the script an argument of its own for it",
  });

export const commandPairFields = {
  do: commandLine,
  undo: undoLine,
  isDone: commandLine.exactOptional(),
  in: z.enum(["project", "job"]).exactOptional(),
  timeoutMs: z.int().positive().exactOptional(),
};

const optionsSchema = z.strictObject({ name: nameOption, ...commandPairFields });

/**
 * A step of a saga that is a command, and the command that takes it back: `gh pr create` and `gh pr close`.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options
 */
export function commandPair(pair: CommandPair): SagaStep<string> {
  checkOptions("commandPair", optionsSchema, pair);
  const { name, undo, in: where = "project", timeoutMs } = pair;
  const place = { in: where, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  return {
    name,
    do: (flow) => runDo(flow, pair, place),
    compensate: (flow, output) => mustRun(flow, `undo ${name}`, { run: filledIn(undo, output), ...place }),
  };
}

type Place = Pick<CommandRequest, "in" | "timeoutMs">;

async function runDo(flow: WorkflowFlow, { name, do: run, isDone }: CommandPair, place: Place): Promise<string> {
  if (isDone === undefined) return mustRun(flow, name, { run, ...place });
  const { isOk } = await flow.command(`${name}: is it there already?`, { run: isDone, ...place });
  if (isOk) {
    throw new TuttiError("CONFLICT", `What ${name} does has happened already, so taking it back is not ours`, {
      failureClass: "conflict",
      context: { command: name },
    });
  }
  return mustRun(flow, name, { run: `${shellLine(isDone)} || ${shellLine(run)}`, ...place });
}

function filledIn(line: CommandLine, output: string): CommandLine {
  if (typeof line === "string") return line;
  const values: Readonly<Record<string, string>> = { output, lastLine: output.split("\n").at(-1)?.trim() ?? "" };
  return line.map((word) => word.replaceAll(placeholder, (_, key: string) => values[key] ?? ""));
}

const shellLine = (line: CommandLine): string =>
  typeof line === "string" ? `( ${line}\n)` : line.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
