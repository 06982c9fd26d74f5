import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import type { WorkflowRunOptions } from "../commands/workflow/workflow-run.ts";
import type { WorkflowSignalOptions } from "../commands/workflow/workflow-signal.ts";
import { noCache, resumeAtReset } from "./drive-commands.ts";
import { amountUsd, count, examples, json } from "./options.ts";
import { addWorkflowAdvice } from "./workflow-advice-commands.ts";
import { addWorkflowGraph } from "./workflow-graph-commands.ts";
import { addWorkflowEventCommands } from "./workflow-event-commands.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

const reference = "its name, or the path of a .ts, .js or .yaml file";

/** Durable workflows: programs and YAML files that have agents work. */
export function addWorkflowCommands(program: Command, face: Face): void {
  const workflow = program.command("workflow").description("durable workflows: look at them, run them");
  addLooking(workflow, face);
  addRunning(workflow, face);
  addWorkflowGraph(workflow, face);
  addWorkflowAdvice(workflow, face);
  addWorkflowEventCommands(workflow, face);
}

function addLooking(workflow: Command, { cli, finish }: Face): void {
  workflow
    .command("list")
    .description("the project's workflows, and those that are built in")
    .addOption(json())
    .addHelpText("after", examples("tutti workflow list", "tutti workflow list --json"))
    .action(async () => {
      finish(await (await import("../commands/workflow/workflow-look.ts")).workflowListCommand(cli));
    });
  workflow
    .command("show")
    .description("what a workflow does, takes and gives")
    .argument("<workflow>", reference)
    .addOption(json())
    .addHelpText("after", examples("tutti workflow show review", "tutti workflow show flows/review.ts --json"))
    .action(async (ref: string) => {
      finish(await (await import("../commands/workflow/workflow-look.ts")).workflowShowCommand(cli, ref));
    });
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addRunning(workflow: Command, { cli, finish }: Face): void {
  workflow
    .command("run")
    .description("carry a workflow out, as a job of its own, and print what it comes to")
    .argument("<workflow>", reference)
    .option("-i, --input <json>", "what it takes: JSON, @file.json, or - for stdin")
    .option("-s, --set <field=value>", "one field of the input; may be given several times", collect)
    .option("-k, --key <key>", "your own name for it: the same key goes on with the same job")
    .option("-w, --workers <count>", "agents at once", count)
    .option("--max-cost <usd>", "what the whole job may cost", amountUsd)
    .option("--dry-run", "show what it would do, cost and take, and start nothing")
    .option("-y, --yes", "start without asking, however many agents it wants")
    .addOption(resumeAtReset())
    .addOption(noCache())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti workflow run review --set files=src/a.ts,src/b.ts",
        `tutti workflow run review --input '{"files":["src/a.ts"]}' --json`,
        "tutti workflow run flows/release.yaml --input @release.json --max-cost 5",
        "tutti workflow run review --set files=src/a.ts --dry-run",
      ),
    )
    .action(async (ref: string, options: WorkflowRunOptions) => {
      finish(await (await import("../commands/workflow/workflow-run.ts")).workflowRunCommand(cli, ref, options));
    });
  workflow
    .command("signal")
    .description("send something to a running workflow that waits for it, now or later")
    .argument("<job>", "its id or the beginning of it")
    .argument("<name>", "what the workflow receives")
    .option("-p, --payload <json>", "default: null")
    .option("-k, --key <key>", "of several with the same key only the first counts; default: a new one")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti workflow signal deploy-3f2a approved",
        `tutti workflow signal deploy-3f2a build --payload '{"ok":true}'`,
      ),
    )
    .action(async (job: string, name: string, options: WorkflowSignalOptions) => {
      finish(
        await (
          await import("../commands/workflow/workflow-signal.ts")
        ).workflowSignalCommand(cli, { job, name }, options),
      );
    });
}
