import { Command, CommanderError, Option } from "commander";

import { exitCodes } from "../../domain/job-status.ts";
import { addAgentCommands } from "./agent-commands.ts";
import { addCheckpointCommands } from "./checkpoint-commands.ts";
import { addBreakpointCommands } from "./breakpoint-commands.ts";
import type { Cli } from "../cli.ts";
import { ageMs } from "./age.ts";
import type { CachePruneOptions } from "../commands/cache.ts";
import type { CostOptions } from "../commands/cost.ts";
import type { DemoOptions } from "../commands/demo.ts";
import type { MergeCommandOptions } from "../commands/job/merge.ts";
import type { InitOptions } from "../commands/set-up.ts";
import type { SimulateOptions } from "../commands/simulate.ts";
import type { WorkerOptions } from "../commands/worker.ts";
import { addResume, addRetry, addRun } from "./drive-commands.ts";
import { addJobApiCommands } from "./job-api-commands.ts";
import { groupCommands } from "./group-commands.ts";
import { examples, json, port, settingsOf } from "./options.ts";
import { addInsightCommands } from "./insight-commands.ts";
import { addSupervisorCommands } from "./supervisor-commands.ts";
import { addPlanCommands } from "./plan-commands.ts";
import { addPromptCommands } from "./prompt-commands.ts";
import { addStateCommands } from "./state-commands.ts";
import { addReplayCommand } from "./replay-command.ts";
import { addTaskCommands } from "./task-commands.ts";
import { addTaskMasterCommands } from "./task-master-commands.ts";
import { version } from "../version.ts";
import { addWorkflowCommands } from "./workflow-commands.ts";

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
  addRun(program, face);
  addResume(program, face);
  addRetry(program, face);
  addResultCommands(program, face);
  addCostCommand(program, face);
  addWorkflowCommands(program, face);
  addReplayCommand(program, face);
  addLookCommands(program, face);
  addInsightCommands(program, face);
  addBreakpointCommands(program, face);
  addCacheCommands(program, face);
  addCheckpointCommands(program, face);
  addPlanCommands(program, face);
  addPromptCommands(program, face);
  addAgentCommands(program, face);
  addStateCommands(program, face);
  addTaskMasterCommands(program, face);
  addSupervisorCommands(program, face);
  addSetUpCommands(program, face);
  addTestCommands(program, face);
  groupCommands(program);
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

function addResultCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("merge")
    .description("bring a job's branch into the branch you have checked out")
    .argument("[job]", "its id or the beginning of it; default: the newest job")
    .addOption(new Option("--strategy <how>", "how to merge").choices(["merge", "squash", "ff"]).default("merge"))
    .addOption(json())
    .addHelpText("after", examples("tutti merge", "tutti merge add-a-csv-3f2a --strategy squash"))
    .action(async (id: string | undefined, options: MergeCommandOptions) => {
      finish(await (await import("../commands/job/merge.ts")).mergeCommand(cli, id, options));
    });
  program
    .command("worker")
    .description("join the pool of this project from another terminal, until Ctrl-C")
    .addOption(new Option("--job <id>").hideHelp())
    .addOption(new Option("--id <id>").hideHelp())
    .addOption(new Option("--settings <json>").argParser(settingsOf).hideHelp())
    .addHelpText("after", examples("tutti worker"))
    .action(async (options: WorkerOptions) => {
      finish(await (await import("../commands/worker.ts")).workerCommand(cli, options));
    });
}

function addLookCommands(program: Command, { cli, finish }: Face): void {
  const job = program.command("job").description("make jobs, add tasks to them, look at them");
  job
    .command("list")
    .description("every job of this project, the newest first")
    .addOption(json())
    .addHelpText("after", examples("tutti job list"))
    .action(async () => {
      finish(await (await import("../commands/look.ts")).jobListCommand(cli));
    });
  job
    .command("show")
    .description("a job's tasks and its report")
    .argument("[job]", "its id or the beginning of it; default: the newest job")
    .addOption(json())
    .addHelpText("after", examples("tutti job show", "tutti job show add-a-csv --json"))
    .action(async (id: string | undefined) => {
      finish(await (await import("../commands/look.ts")).jobShowCommand(cli, id));
    });
  addJobApiCommands({ program, job }, { cli, finish });
  addTaskCommands(program, { cli, finish });
  const rescue = program.command("rescue").description("work that was saved because nothing else held it");
  rescue
    .command("list")
    .description("everything that was rescued in this repository")
    .addOption(json())
    .addHelpText("after", examples("tutti rescue list"))
    .action(async () => {
      finish(await (await import("../commands/look.ts")).rescueListCommand(cli));
    });
  rescue
    .command("restore")
    .description("write the files of a rescue into a new folder")
    .argument("<ref>", "as tutti rescue list shows it")
    .argument("<folder>", "a folder that doesn't exist yet")
    .addOption(json())
    .addHelpText("after", examples("tutti rescue restore refs/tutti/add-a-csv-3f2a/rescue/s1-2026 rescued"))
    .action(async (ref: string, folder: string) => {
      finish(await (await import("../commands/look.ts")).rescueRestoreCommand(cli, ref, folder));
    });
}

function addCacheCommands(program: Command, { cli, finish }: Face): void {
  const cache = program.command("cache").description("results that are replayed where equal work is asked for again");
  cache
    .command("ls")
    .description("every cached result, the newest first")
    .addOption(json())
    .addHelpText("after", examples("tutti cache ls --json"))
    .action(async () => {
      finish(await (await import("../commands/cache.ts")).cacheListCommand(cli));
    });
  cache
    .command("prune")
    .description("remove results that were not used for long")
    .option("--older-than <age>", "such as 12h, 30d or 2w; default: 30d", ageMs)
    .option("--all", "remove every result")
    .addOption(json())
    .addHelpText("after", examples("tutti cache prune --older-than 2w", "tutti cache prune --all"))
    .action(async (options: CachePruneOptions) => {
      finish(await (await import("../commands/cache.ts")).cachePruneCommand(cli, options));
    });
}

function addCostCommand(program: Command, { cli, finish }: Face): void {
  program
    .command("cost")
    .description("what was spent, by job, task, model, day or kind of conversation")
    .argument("[job]", "its id or the beginning of it; default: every job of this project")
    .addOption(
      new Option("--by <what>", "what to sum by; default: job, or task for one job").choices([
        "job",
        "task",
        "model",
        "day",
        "conversation",
      ]),
    )
    .option("--since <day>", "only from this day on, such as 2026-11-01")
    .addOption(json())
    .addHelpText("after", examples("tutti cost", "tutti cost add-a-csv", "tutti cost --by day --since 2026-11-01"))
    .action(async (id: string | undefined, options: CostOptions) => {
      finish(await (await import("../commands/cost.ts")).costCommand(cli, id, options));
    });
}

function addSetUpCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("init")
    .description("write a commented tutti.config.yaml for this repository")
    .option("--force", "replace one that exists")
    .addOption(json())
    .addHelpText("after", examples("tutti init", "tutti init --force"))
    .action(async (options: InitOptions) => {
      finish(await (await import("../commands/set-up.ts")).initCommand(cli, options));
    });
  program
    .command("doctor")
    .description("check git, Node, the agent, its login, the sandbox, disk and memory")
    .addOption(json())
    .addHelpText("after", examples("tutti doctor"))
    .action(async () => {
      finish(await (await import("../commands/set-up.ts")).doctorCommand(cli));
    });
  const config = program.command("config").description("look at the settings in force");
  config
    .command("show")
    .description("every setting with its value and where it comes from")
    .addOption(json())
    .addHelpText("after", examples("tutti config show"))
    .action(async () => {
      finish(await (await import("../commands/set-up.ts")).configShowCommand(cli));
    });
  config
    .command("explain")
    .description("one setting: what it does, its value, every layer that sets it")
    .argument("<setting>", "for example execution.workers")
    .addOption(json())
    .addHelpText("after", examples("tutti config explain execution.workers"))
    .action(async (setting: string) => {
      finish(await (await import("../commands/set-up.ts")).configExplainCommand(cli, setting));
    });
  config
    .command("schema")
    .description("the JSON Schema of tutti.config, for editors")
    .addHelpText("after", examples("tutti config schema > tutti.schema.json"))
    .action(async () => {
      finish(await (await import("../commands/set-up.ts")).configSchemaCommand(cli));
    });
}

function addTestCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("demo")
    .description("see a whole job with the real Claude Code and a scripted model, at no cost")
    .option("--keep", "keep the throw-away repository")
    .addOption(json())
    .addHelpText("after", examples("tutti demo", "tutti demo --keep"))
    .action(async (options: DemoOptions) => {
      finish(await (await import("../commands/demo.ts")).demoCommand(cli, options));
    });
  program
    .command("simulate")
    .description("serve a scripted model, to test workflows at no cost")
    .argument("<scenario>", "a scenario file (YAML)")
    .option("--port <port>", "listen on this port; default: any free one", port)
    .addOption(json())
    .addHelpText("after", examples("tutti simulate scenario.yaml", "tutti simulate scenario.yaml --port 8787 --json"))
    .action(async (scenario: string, options: SimulateOptions) => {
      finish(await (await import("../commands/simulate.ts")).simulateCommand(cli, scenario, options));
    });
}
