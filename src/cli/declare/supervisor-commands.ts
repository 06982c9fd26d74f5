import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

/** Ways to try the model that supervises. */
export function addSupervisorCommands(program: Command, { cli, finish }: Face): void {
  const group = program.command("supervisor").description("try the language model that reviews and advises");
  group
    .command("check")
    .description("is its server running, and does it have the model?")
    .addOption(json())
    .addHelpText("after", examples("tutti supervisor check"))
    .action(async () => {
      finish(await (await import("../commands/supervisor.ts")).supervisorCheckCommand(cli));
    });
  group
    .command("models")
    .description("the models that its server has")
    .addOption(json())
    .addHelpText("after", examples("tutti supervisor models --json"))
    .action(async () => {
      finish(await (await import("../commands/supervisor.ts")).supervisorModelsCommand(cli));
    });
  group
    .command("ask")
    .description("ask it something; no job is made of it, and it is not recorded")
    .argument("<prompt>", "the question")
    .addOption(json())
    .addHelpText("after", examples('tutti supervisor ask "What do you know about SQLite?"'))
    .action(async (prompt: string) => {
      finish(await (await import("../commands/supervisor.ts")).supervisorAskCommand(cli, prompt));
    });
}
