import { expect, it } from "vitest";

import { memoryOutput } from "./memory-output.fixture.ts";
import { buildProgram } from "./program.ts";

type Command = ReturnType<typeof buildProgram>;

const program = buildProgram({ cwd: "/", env: {}, output: memoryOutput() }, () => undefined);

const namedLeaves = (command: Command, name: string): readonly (readonly [string, Command])[] =>
  command.commands.length === 0
    ? [[name, command]]
    : command.commands.flatMap((child) => namedLeaves(child, `${name} ${child.name()}`));

/** What `--help` prints of a command. */
function helpOf(command: Command): string {
  const output = memoryOutput();
  command.configureOutput({ writeOut: output.stdout }).outputHelp();
  return output.out();
}

it.each(namedLeaves(program, "tutti"))("%s --help has an example of it", (name, command) => {
  const [, examples = ""] = helpOf(command).split("\nExamples:\n");
  expect(examples).toContain(name);
});
