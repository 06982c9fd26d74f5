import { Command, CommanderError, Option } from "commander";

import { exitCodes } from "../domain/job-status.ts";
import type { Cli } from "./cli.ts";
import { ageMs } from "./age.ts";
import type { CachePruneOptions } from "./commands/cache.ts";
import type { CostOptions } from "./commands/cost.ts";
import type { DemoOptions } from "./commands/demo.ts";
import type { MergeCommandOptions } from "./commands/merge.ts";
import type { ResumeOptions, RetryOptions, RunOptions } from "./commands/run.ts";
import type { InitOptions } from "./commands/set-up.ts";
import type { SimulateOptions } from "./commands/simulate.ts";
import type { WorkerOptions } from "./commands/worker.ts";
import { addJobApiCommands } from "./job-api-commands.ts";
import { amountUsd, count, examples, json, port, settingsOf } from "./options.ts";
import { addTaskMasterCommands } from "./task-master-commands.ts";
import { version } from "./version.ts";

type SetExitCode = (code: number) => void;

/** The command line. Every action is imported when it is called, so that `--help` stays fast. */
export function buildProgram(cli: Cli, setExitCode: SetExitCode): Command {
  const program = new Command("tutti")
    .description(
      "Plans a goal into tasks, has coding agents carry them out side by side, proves and merges the results.",
    )
    .version(version, "-V, --version")
    .enablePositionalOptions()
    .showHelpAfterError("(see tutti --help)")
    .configureOutput({ writeOut: cli.output.stdout, writeErr: cli.output.stderr });
  const face = { cli, finish: setExitCode };
  addJobCommands(program, face);
  addResultCommands(program, face);
  addCostCommand(program, face);
  addLookCommands(program, face);
  addCacheCommands(program, face);
  addTaskMasterCommands(program, face);
  addSetUpCommands(program, face);
  addTestCommands(program, face);
  for (const command of [program, ...program.commands.flatMap((child) => [child, ...child.commands])]) {
    command.exitOverride(usageExit);
  }
  return program;
}

/** Commander's own errors are about usage: code 2, as documented. */
function usageExit(error: CommanderError): never {
  throw error.exitCode === 0 ? error : new CommanderError(exitCodes.usage, error.code, error.message);
}

type Face = { readonly cli: Cli; readonly finish: SetExitCode };

const resumeAtReset = () =>
  new Option("--resume-at-reset", "when a quota has ended, wait until it comes back and go on; Ctrl-C ends the wait");
const noCache = () => new Option("--no-cache", "have everything done anew, also what was done before");

function addJobCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("run")
    .description("plan a goal, carry it out and merge the result onto a branch of its own")
    .argument("[goal]", "what is to be done")
    .option("-f, --file <path>", "read the goal from a file")
    .option("-p, --plan <path>", "carry out this plan (YAML or JSON) instead of asking the manager")
    .option("-w, --workers <count>", "agents at once", count)
    .option("--manager-model <model>", "model that plans and reviews")
    .option("--worker-model <model>", "model that carries tasks out")
    .option("-y, --yes", "start the plan without asking")
    .addOption(resumeAtReset())
    .addOption(noCache())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        'tutti run "Add a CSV export to the report page"',
        "tutti run --file goal.md --workers 4 --yes",
        "tutti run --plan plan.yaml --json",
        'tutti run "Add a CSV export" --yes --resume-at-reset',
      ),
    )
    .action(async (goal: string | undefined, options: RunOptions) => {
      finish(await (await import("./commands/run.ts")).runCommand(cli, goal, options));
    });
  program
    .command("resume")
    .description("go on with a job that was stopped, paused or cut short")
    .argument("[job]", "its id or the beginning of it; default: the newest job")
    .option("-y, --yes", "start a proposed plan without asking")
    .option("--max-cost <usd>", "what the whole job may cost from now on, what it has cost included", amountUsd)
    .addOption(resumeAtReset())
    .addOption(noCache())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti resume",
        "tutti resume add-a-csv --yes",
        "tutti resume --max-cost 20",
        "tutti resume --resume-at-reset",
      ),
    )
    .action(async (id: string | undefined, options: ResumeOptions) => {
      finish(await (await import("./commands/run.ts")).resumeCommand(cli, id, options));
    });
  program
    .command("retry")
    .description("give tasks that failed or wait for you another start")
    .argument("[job]", "its id or the beginning of it; default: the newest job")
    .argument("[tasks...]", "keys of tasks; default: all that failed or wait")
    .addOption(noCache())
    .addOption(json())
    .addHelpText("after", examples("tutti retry", "tutti retry add-a-csv-3f2a export-button"))
    .action(async (id: string | undefined, keys: readonly string[], options: RetryOptions) => {
      finish(await (await import("./commands/run.ts")).retryCommand(cli, id, { ...options, keys }));
    });
}

function addResultCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("merge")
    .description("bring a job's branch into the branch you have checked out")
    .argument("[job]", "its id or the beginning of it; default: the newest job")
    .addOption(new Option("--strategy <how>", "how to merge").choices(["merge", "squash", "ff"]).default("merge"))
    .addOption(json())
    .addHelpText("after", examples("tutti merge", "tutti merge add-a-csv-3f2a --strategy squash"))
    .action(async (id: string | undefined, options: MergeCommandOptions) => {
      finish(await (await import("./commands/merge.ts")).mergeCommand(cli, id, options));
    });
  program
    .command("worker")
    .description("join the pool of this project from another terminal, until Ctrl-C")
    .addOption(new Option("--job <id>").hideHelp())
    .addOption(new Option("--id <id>").hideHelp())
    .addOption(new Option("--settings <json>").argParser(settingsOf).hideHelp())
    .addHelpText("after", examples("tutti worker"))
    .action(async (options: WorkerOptions) => {
      finish(await (await import("./commands/worker.ts")).workerCommand(cli, options));
    });
}

function addLookCommands(program: Command, { cli, finish }: Face): void {
  const job = program.command("job").description("make jobs, add tasks to them, look at them");
  job
    .command("list")
    .description("every job of this project, the newest first")
    .addOption(json())
    .action(async () => {
      finish(await (await import("./commands/look.ts")).jobListCommand(cli));
    });
  job
    .command("show")
    .description("a job's tasks and its report")
    .argument("[job]", "its id or the beginning of it; default: the newest job")
    .addOption(json())
    .action(async (id: string | undefined) => {
      finish(await (await import("./commands/look.ts")).jobShowCommand(cli, id));
    });
  const task = program.command("task").description("look at a task, or end it");
  task
    .command("show")
    .description("a task's attempts, decisions, gates and evidence")
    .argument("<task>", "<job>/<task>, or the key of a task of the newest job")
    .addOption(json())
    .action(async (task: string) => {
      finish(await (await import("./commands/look.ts")).taskShowCommand(cli, task));
    });
  addJobApiCommands({ program, job, task }, { cli, finish });
  const rescue = program.command("rescue").description("work that was saved because nothing else held it");
  rescue
    .command("list")
    .description("everything that was rescued in this repository")
    .addOption(json())
    .action(async () => {
      finish(await (await import("./commands/look.ts")).rescueListCommand(cli));
    });
  rescue
    .command("restore")
    .description("write the files of a rescue into a new folder")
    .argument("<ref>", "as tutti rescue list shows it")
    .argument("<folder>", "a folder that doesn't exist yet")
    .addOption(json())
    .action(async (ref: string, folder: string) => {
      finish(await (await import("./commands/look.ts")).rescueRestoreCommand(cli, ref, folder));
    });
}

function addCacheCommands(program: Command, { cli, finish }: Face): void {
  const cache = program.command("cache").description("results that are replayed where equal work is asked for again");
  cache
    .command("ls")
    .description("every cached result, the newest first")
    .addOption(json())
    .action(async () => {
      finish(await (await import("./commands/cache.ts")).cacheListCommand(cli));
    });
  cache
    .command("prune")
    .description("remove results that were not used for long")
    .option("--older-than <age>", "such as 12h, 30d or 2w; default: 30d", ageMs)
    .option("--all", "remove every result")
    .addOption(json())
    .action(async (options: CachePruneOptions) => {
      finish(await (await import("./commands/cache.ts")).cachePruneCommand(cli, options));
    });
}

function addCostCommand(program: Command, { cli, finish }: Face): void {
  program
    .command("cost")
    .description("what was spent, by job, task, model or day")
    .argument("[job]", "its id or the beginning of it; default: every job of this project")
    .addOption(
      new Option("--by <what>", "what to sum by; default: job, or task for one job").choices([
        "job",
        "task",
        "model",
        "day",
      ]),
    )
    .option("--since <day>", "only from this day on, such as 2026-11-01")
    .addOption(json())
    .addHelpText("after", examples("tutti cost", "tutti cost add-a-csv", "tutti cost --by day --since 2026-11-01"))
    .action(async (id: string | undefined, options: CostOptions) => {
      finish(await (await import("./commands/cost.ts")).costCommand(cli, id, options));
    });
}

function addSetUpCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("init")
    .description("write a commented tutti.config.yaml for this repository")
    .option("--force", "replace one that exists")
    .addOption(json())
    .action(async (options: InitOptions) => {
      finish(await (await import("./commands/set-up.ts")).initCommand(cli, options));
    });
  program
    .command("doctor")
    .description("check git, Node, the agent, its login, the sandbox, disk and memory")
    .addOption(json())
    .action(async () => {
      finish(await (await import("./commands/set-up.ts")).doctorCommand(cli));
    });
  const config = program.command("config").description("look at the settings in force");
  config
    .command("show")
    .description("every setting with its value and where it comes from")
    .addOption(json())
    .action(async () => {
      finish(await (await import("./commands/set-up.ts")).configShowCommand(cli));
    });
  config
    .command("explain")
    .description("one setting: what it does, its value, every layer that sets it")
    .argument("<setting>", "for example execution.workers")
    .addOption(json())
    .action(async (setting: string) => {
      finish(await (await import("./commands/set-up.ts")).configExplainCommand(cli, setting));
    });
  config
    .command("schema")
    .description("the JSON Schema of tutti.config, for editors")
    .action(async () => {
      finish(await (await import("./commands/set-up.ts")).configSchemaCommand(cli));
    });
}

function addTestCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("demo")
    .description("see a whole job with the real Claude Code and a scripted model, at no cost")
    .option("--keep", "keep the throw-away repository")
    .addOption(json())
    .action(async (options: DemoOptions) => {
      finish(await (await import("./commands/demo.ts")).demoCommand(cli, options));
    });
  program
    .command("simulate")
    .description("serve a scripted model, to test workflows at no cost")
    .argument("<scenario>", "a scenario file (YAML)")
    .option("--port <port>", "listen on this port; default: any free one", port)
    .addOption(json())
    .addHelpText("after", examples("tutti simulate scenario.yaml", "tutti simulate scenario.yaml --port 8787 --json"))
    .action(async (scenario: string, options: SimulateOptions) => {
      finish(await (await import("./commands/simulate.ts")).simulateCommand(cli, scenario, options));
    });
}
