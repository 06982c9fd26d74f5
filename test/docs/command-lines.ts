import { buildProgram } from "../../src/cli/declare/program.ts";
import { memoryOutput } from "../../src/cli/memory-output.fixture.ts";

type Command = ReturnType<typeof buildProgram>;

/** Every command with its sub-commands, parents first. */
const withAll = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(withAll)];

/** The real command line whose commands do nothing. */
function idleProgram(): Command {
  const program = buildProgram({ cwd: "/", env: {}, output: memoryOutput() }, () => undefined);
  for (const command of withAll(program)) if (command.commands.length === 0) command.action(() => undefined);
  return program;
}

/** `job list` for each command that a person may call. */
export function commandNames(): readonly string[] {
  const namesBelow = (command: Command): readonly string[] => {
    const visible = command.createHelp().visibleCommands(command);
    return visible
      .filter((child) => child.name() !== "help")
      .flatMap((child) =>
        child.commands.length === 0 ? [child.name()] : namesBelow(child).map((name) => `${child.name()} ${name}`),
      );
  };
  return namesBelow(idleProgram());
}

/** What the command line says against these arguments; `undefined` when they are fine. */
export async function usageProblem(args: readonly string[]): Promise<string | undefined> {
  try {
    await idleProgram().parseAsync([...args], { from: "user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const isHelp = error.code === "commander.helpDisplayed" || error.code === "commander.version";
    return isHelp ? undefined : error.message;
  }
}

/** The words of a shell line; quotes are taken off, a comment at the end is left out. */
export function shellWords(line: string): readonly string[] {
  const words = [...line.matchAll(/(?:"([^"]*)"|'([^']*)'|[^\s"'])+/g)].map(([word]) => word);
  const comment = words.findIndex((word) => word.startsWith("#"));
  return (comment === -1 ? words : words.slice(0, comment)).map((word) => word.replaceAll(/["']/g, ""));
}
