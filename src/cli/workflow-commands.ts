import type { Command } from "commander";

import type { Cli } from "./cli.ts";
import { examples, json } from "./options.ts";
import { addWorkflowAdvice } from "./workflow-advice-commands.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

const reference = "its name, or the path of a .ts, .js or .yaml file";

/** Durable workflows: programs and YAML files that have agents work. */
export function addWorkflowCommands(program: Command, face: Face): void {
  const workflow = program.command("workflow").description("durable workflows: look at them, run them");
  addLooking(workflow, face);
  addWorkflowAdvice(workflow, face);
}

function addLooking(workflow: Command, { cli, finish }: Face): void {
  workflow
    .command("list")
    .description("the project's workflows, and those that are built in")
    .addOption(json())
    .addHelpText("after", examples("tutti workflow list", "tutti workflow list --json"))
    .action(async () => {
      finish(await (await import("./commands/workflow-look.ts")).workflowListCommand(cli));
    });
  workflow
    .command("show")
    .description("what a workflow does, takes and gives")
    .argument("<workflow>", reference)
    .addOption(json())
    .addHelpText("after", examples("tutti workflow show review", "tutti workflow show flows/review.ts --json"))
    .action(async (ref: string) => {
      finish(await (await import("./commands/workflow-look.ts")).workflowShowCommand(cli, ref));
    });
}
