import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import type { TaskRetryOptions } from "../commands/task/task-control.ts";
import type { TaskFilesOptions } from "../commands/task/task-files.ts";
import type { TaskDiffOptions } from "../commands/task/task-diff.ts";
import type { TaskLogsOptions } from "../commands/task/task-logs.ts";
import { noCache } from "./drive-commands.ts";
import { attemptNumber, examples, json, maxCostPerTask } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

const named = "<job>/<task>, or the key of a task of the newest job";

/** One task: what it is, what its agents did, and another start or an end for it. */
export function addTaskCommands(program: Command, face: Face): void {
  const task = program.command("task").description("look at a task, try it again, or end it");
  addLooking(task, face);
  addControl(task, face);
}

function addLooking(task: Command, { cli, finish }: Face): void {
  task
    .command("show")
    .description("what was asked for, what holds it back, its attempts, decisions, cost, gates and evidence")
    .argument("<task>", named)
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti task show export-button", "tutti task show add-a-csv-3f2a/export-button --json"),
    )
    .action(async (wanted: string) => {
      finish(await (await import("../commands/look.ts")).taskShowCommand(cli, wanted));
    });
  task
    .command("logs")
    .description("what its agents showed while they worked, attempt by attempt")
    .argument("<task>", named)
    .option("-a, --attempt <n>", "only this attempt; default: all", attemptNumber)
    .option("-f, --follow", "go on while it is carried out; Ctrl-C ends it")
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti task logs export-button --follow", "tutti task logs export-button --attempt 2"),
    )
    .action(async (wanted: string, options: TaskLogsOptions) => {
      finish(await (await import("../commands/task/task-logs.ts")).taskLogsCommand(cli, wanted, options));
    });
  task
    .command("files")
    .description("what happened to its files while its attempts ran, and what of it is in the result")
    .argument("<task>", named)
    .option("-a, --attempt <n>", "only this attempt; default: all", attemptNumber)
    .option("-f, --follow", "go on while it is carried out; Ctrl-C ends it")
    .addOption(json())
    .addHelpText("after", examples("tutti task files export-button", "tutti task files export-button --follow --json"))
    .action(async (wanted: string, options: TaskFilesOptions) => {
      finish(await (await import("../commands/task/task-files.ts")).taskFilesCommand(cli, wanted, options));
    });
  task
    .command("diff")
    .description(
      "the change that it has made, as a patch: of the accepted attempt, else of the last that was looked at",
    )
    .argument("<task>", named)
    .option("-a, --attempt <n>", "of this attempt", attemptNumber)
    .option("--stat", "only how much of which files")
    .addOption(json())
    .addHelpText("after", examples("tutti task diff export-button --stat", "tutti task diff export-button | git apply"))
    .action(async (wanted: string, options: TaskDiffOptions) => {
      finish(await (await import("../commands/task/task-diff.ts")).taskDiffCommand(cli, wanted, options));
    });
}

function addControl(task: Command, { cli, finish }: Face): void {
  task
    .command("retry")
    .description("give a task that failed or waits for you another start, and carry its job out")
    .argument("<task>", named)
    .option("--prompt <text>", "another prompt for it; default: the same")
    .addOption(maxCostPerTask())
    .addOption(noCache())
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti task retry export-button", 'tutti task retry export-button --prompt "Write it in CSV"'),
    )
    .action(async (wanted: string, options: TaskRetryOptions) => {
      finish(await (await import("../commands/task/task-control.ts")).taskRetryCommand(cli, wanted, options));
    });
  task
    .command("cancel")
    .description("end a task for good; what needs it is blocked")
    .argument("<task>", named)
    .addOption(json())
    .addHelpText("after", examples("tutti task cancel export-button"))
    .action(async (wanted: string) => {
      finish(await (await import("../commands/task/task-control.ts")).taskCancelCommand(cli, wanted));
    });
}
