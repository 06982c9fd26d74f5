import { Option, type Command } from "commander";

import type { Cli } from "../cli.ts";
import type { WorkflowGraphOptions } from "../commands/workflow/workflow-graph.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

export function addWorkflowGraph(workflow: Command, { cli, finish }: Face): void {
  workflow
    .command("graph")
    .description("the calls of a workflow as a tree: of a job with what became of them, else as a dry run makes them")
    .argument("[job-or-workflow]", "a workflow, or a job's id or the beginning of it; default: the newest job")
    .option("-i, --input <json>", "what the workflow takes, for its dry run: JSON, @file.json, or - for stdin")
    .addOption(
      new Option("-f, --format <format>", "default: tree, or json with --json").choices(["tree", "mermaid", "json"]),
    )
    .option("--watch", "draw it again and again until the job is over")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti workflow graph",
        "tutti workflow graph review-3f2a --format mermaid > review.mmd",
        "tutti workflow graph review-3f2a --watch",
        `tutti workflow graph review --input '{"files":["src/a.ts"]}'`,
      ),
    )
    .action(async (job: string | undefined, options: WorkflowGraphOptions) => {
      finish(await (await import("../commands/workflow/workflow-graph.ts")).workflowGraphCommand(cli, job, options));
    });
  workflow
    .command("record")
    .description("write what agents, commands and persons said to a job's workflow, to test the workflow with it")
    .argument("[job]", "its id or the beginning of it; default: the newest job")
    .addOption(json())
    .addHelpText("after", examples("tutti workflow record review-3f2a > review.recording.json"))
    .action(async (job: string | undefined) => {
      finish(await (await import("../commands/workflow/workflow-record.ts")).workflowRecordCommand(cli, job));
    });
}
