import { Help, type Command } from "commander";

/** What `tutti --help` shows under which heading, in this order. */
const commandGroups: Readonly<Record<string, readonly string[]>> = {
  "Get started:": ["demo", "init", "doctor", "config"],
  "Carry out a job:": ["run", "resume", "retry", "merge", "plan", "job", "task", "delegate"],
  "Have a say, and go back:": ["breakpoint", "checkpoint", "rescue", "rate"],
  "See what happened:": ["explain", "history", "prompt", "cost", "feedback"],
  "Say how agents work together:": ["workflow", "replay", "agents", "notes", "supervisor"],
  "Serve many jobs, and other programs:": ["worker", "coordinator", "task-master", "simulate"],
  "Look after what is kept:": ["state", "cache", "help"],
};

const names = Object.values(commandGroups).flat();

/** Call it when all commands are there: subcommands keep their own order. */
export function groupCommands(program: Command): void {
  const usual = new Help();
  program.configureHelp({
    visibleCommands: (command) =>
      usual.visibleCommands(command).toSorted((a, b) => names.indexOf(a.name()) - names.indexOf(b.name())),
    groupItems: (_all, shown, groupOf) => Map.groupBy(shown, groupOf),
  });
  // Commander makes `help` itself, under the heading that is in force then.
  program.commandsGroup(headingOf("help")).helpCommand(true);
  for (const command of program.commands) command.helpGroup(headingOf(command.name()));
}

const headingOf = (name: string): string =>
  Object.entries(commandGroups).find(([, group]) => group.includes(name))?.[0] ?? "Commands:";
