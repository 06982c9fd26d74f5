import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

export function addWorkflowAdvice(workflow: Command, { cli, finish }: Face): void {
  workflow
    .command("advise")
    .description("which pattern fits a goal, and when one agent is better than many")
    .argument("<goal>", "what is to be done")
    .addOption(json())
    .addHelpText("after", examples('tutti workflow advise "Review every module for security and write one report"'))
    .action(async (goal: string) => {
      finish(await (await import("../commands/workflow/workflow-advise.ts")).workflowAdviseCommand(cli, goal));
    });
}
