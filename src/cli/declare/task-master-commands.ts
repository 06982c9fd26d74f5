import { Option, type Command } from "commander";

import type { Cli } from "../cli.ts";
import type { JobExportOptions } from "../commands/job/job-export.ts";
import type { JobImportOptions } from "../commands/job/job-import.ts";
import type { AddTaskOptions, ListOptions, TagOptions } from "../commands/task-master.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

const tag = () => new Option("-t, --tag <name>", "the tag; default: the one that Task Master works on");
const file = () => new Option("-f, --file <path>", "default: the nearest .taskmaster/tasks/tasks.json upwards");

/** All that works on Task Master's file of tasks. */
export function addTaskMasterCommands(program: Command, face: Face): void {
  const job = program.commands.find((command) => command.name() === "job") ?? program.command("job");
  addImport(job, face);
  addExport(job, face);
  const group = program.command("task-master").description("read and change Task Master's file of tasks");
  addListCommand(group, face);
  addChangeCommands(group, face);
}

function addImport(job: Command, { cli, finish }: Face): void {
  job
    .command("import")
    .description("make a job of an exported one, or of what is left to do in a Task Master file, without starting it")
    .argument("[file]", "- reads an exported job from stdin; default: the nearest .taskmaster/tasks/tasks.json upwards")
    .addOption(tag())
    .option("-g, --goal <text>", "what the job is for; default: that of the exported job, or the tag's name")
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti job import job.json", "tutti job import", "tutti job import --tag release --json"),
    )
    .action(async (path: string | undefined, options: JobImportOptions) => {
      finish(await (await import("../commands/job/job-import.ts")).jobImportCommand(cli, path, options));
    });
}

function addExport(job: Command, { cli, finish }: Face): void {
  job
    .command("export")
    .description("write a job and its tasks as JSON, or its statuses into a Task Master file")
    .argument("<job>", "its id or the beginning of it")
    .option("-o, --output <file>", "write it there; default: print it")
    .option("--task-master [file]", "write into this file; default: the nearest .taskmaster/tasks/tasks.json upwards")
    .option("-t, --tag <name>", "the tag; default: the one that the job came from, else one named for the job")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti job export build-an-api-3f2a --output job.json",
        "tutti job export build-an-api-3f2a | tutti job import -",
        "tutti job export task-master-master-3f2a --task-master",
      ),
    )
    .action(async (id: string, options: JobExportOptions) => {
      finish(await (await import("../commands/job/job-export.ts")).jobExportCommand(cli, id, options));
    });
}

function addListCommand(group: Command, { cli, finish }: Face): void {
  group
    .command("list")
    .description("the tasks and subtasks of a tag")
    .option("-s, --status <status>", "only those with this status")
    .addOption(tag())
    .addOption(file())
    .addOption(json())
    .addHelpText("after", examples("tutti task-master list --status pending"))
    .action(async (options: ListOptions) => {
      finish((await import("../commands/task-master.ts")).listTasksCommand(cli, options));
    });
}

function addChangeCommands(group: Command, { cli, finish }: Face): void {
  group
    .command("set-status")
    .description("set the status of tasks and subtasks, of all or of none")
    .argument("<ids>", "1 or 1.2, several with commas")
    .argument("<status>", "pending, in-progress, done, review, blocked, deferred or cancelled")
    .addOption(tag())
    .addOption(file())
    .addOption(json())
    .addHelpText("after", examples("tutti task-master set-status 1.2,4 done"))
    .action(async (ids: string, status: string, options: TagOptions) => {
      finish(await (await import("../commands/task-master.ts")).setStatusCommand(cli, { ids, status }, options));
    });
  group
    .command("update-subtask")
    .description("add a note with its time to a subtask's details")
    .argument("<id>", "such as 1.2")
    .argument("<text>", "the note")
    .addOption(tag())
    .addOption(file())
    .addOption(json())
    .addHelpText("after", examples('tutti task-master update-subtask 1.2 "The parser is in place"'))
    .action(async (id: string, text: string, options: TagOptions) => {
      finish(await (await import("../commands/task-master.ts")).updateSubtaskCommand(cli, { id, text }, options));
    });
  group
    .command("add-task")
    .description("add a task")
    .argument("<title>", "in a few words")
    .option("-d, --description <text>", "what it is about")
    .option("--details <text>", "how to do it")
    .option("--test-strategy <text>", "how to see that it is done")
    .addOption(new Option("--priority <level>", "how urgent").choices(["high", "medium", "low"]).default("medium"))
    .option("--depends-on <ids>", "1 or 1.2, several with commas")
    .addOption(tag())
    .addOption(file())
    .addOption(json())
    .addHelpText("after", examples('tutti task-master add-task "Publish" --priority high --depends-on 4'))
    .action(async (title: string, options: AddTaskOptions) => {
      finish(await (await import("../commands/task-master.ts")).addTaskCommand(cli, title, options));
    });
}
