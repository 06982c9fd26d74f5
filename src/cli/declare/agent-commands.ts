import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

/** The profiles that tasks and workflows name. */
export function addAgentCommands(program: Command, { cli, finish }: Face): void {
  const agents = program.command("agents").description("the agent profiles that tasks and workflows may name");
  agents
    .command("list", { isDefault: true })
    .description("every profile: built-in, of this project, of the settings")
    .addOption(json())
    .addHelpText("after", examples("tutti agents", "tutti agents list --json"))
    .action(async () => {
      finish(await (await import("../commands/agents.ts")).agentsCommand(cli));
    });
  agents
    .command("show")
    .description("a whole profile, as a file that Claude Code reads too, and where it comes from")
    .argument("<name>", "as tutti agents shows it")
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti agents show code-reviewer", "tutti agents show code-reviewer > .claude/agents/code-reviewer.md"),
    )
    .action(async (name: string) => {
      finish(await (await import("../commands/agents.ts")).agentShowCommand(cli, name));
    });
}
