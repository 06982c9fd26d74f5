import { expect, it } from "vitest";

import { memoryOutput } from "../memory-output.fixture.ts";
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

it("shows every command of tutti under a heading that says what it is for", () => {
  const help = helpOf(program);
  expect(help).not.toContain("\nCommands:\n");
  const [, groups = ""] = help.split("\nGet started:\n");
  const shown = [...groups.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name ?? "");
  expect(shown.toSorted()).toEqual([...program.commands.map((command) => command.name()), "help"].toSorted());
});

it.each([
  ["history --role wrkr", "supervisor"],
  ["history --kind ask", "decision"],
  ["feedback --by agent", "template"],
])("tutti %s is refused with all that one may say, and does not come to nothing", async (line, named) => {
  const output = memoryOutput();
  const strict = buildProgram({ cwd: "/", env: {}, output }, () => undefined);
  const failing = strict.exitOverride().configureOutput({ writeErr: output.stderr });
  for (const command of failing.commands) command.exitOverride().configureOutput({ writeErr: output.stderr });
  await expect(failing.parseAsync(line.split(" "), { from: "user" })).rejects.toThrow("Allowed choices");
  expect(output.err()).toContain(named);
});
