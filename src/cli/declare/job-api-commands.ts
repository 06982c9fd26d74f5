import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import type { JobAddOptions, JobCreateOptions } from "../commands/job/job-add.ts";
import type { SynthesizeOptions } from "../commands/job/job-results.ts";
import type { DelegateOptions } from "../commands/job/job-wait.ts";
import { addResume, addRetry } from "./drive-commands.ts";
import { amountUsd, count, examples, json, milliseconds, taskPriority } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };
type Parents = { readonly program: Command; readonly job: Command };

const newest = "its id or the beginning of it; default: the newest job";

/** Jobs without a plan: made, filled, waited for and read by a person or a script. */
export function addJobApiCommands({ program, job }: Parents, face: Face): void {
  addMaking(job, face);
  addReading(job, face);
  addComparing(job, face);
  addControl(job, face);
  addResume(job, face);
  addRetry(job, face);
  const { cli, finish } = face;
  program
    .command("coordinator")
    .description("start workers for every job of this project, and carry out the jobs that programs have made")
    .argument("<workers>", "how many", count)
    .addHelpText("after", examples("tutti coordinator 4"))
    .action(async (workers: number) => {
      finish(await (await import("../commands/coordinator.ts")).coordinatorCommand(cli, workers));
    });
  program
    .command("delegate")
    .description("carry these tasks out side by side, without a plan")
    .argument("<prompts...>", "one for each task; - reads one task a line from stdin")
    .option("-g, --goal <text>", "what they are for; default: their prompts")
    .option("-w, --workers <count>", "agents at once", count)
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        'tutti delegate "Create a factorial function" "Create a prime checker"',
        "tutti delegate --workers 4 - < tasks.txt",
      ),
    )
    .action(async (prompts: readonly string[], options: DelegateOptions) => {
      finish(await (await import("../commands/job/job-wait.ts")).delegateCommand(cli, prompts, options));
    });
}

function addMaking(job: Command, { cli, finish }: Face): void {
  job
    .command("create")
    .description("make a job without tasks, to add them; prints its id")
    .argument("<goal>", "what it is for")
    .option("-k, --key <key>", "your own name for it: the same key gives the same job")
    .option("--orchestrator <id>", "who makes it")
    .addOption(json())
    .addHelpText(
      "after",
      examples('job=$(tutti job create "Build an API")', 'tutti job create "Nightly" --key nightly'),
    )
    .action(async (goal: string, options: JobCreateOptions) => {
      finish(await (await import("../commands/job/job-add.ts")).jobCreateCommand(cli, goal, options));
    });
  job
    .command("add")
    .description("add a task to a job, or many from stdin; prints their ids")
    .argument("<job>", "its id or the beginning of it")
    .argument("<prompt>", "what its agent is told; - reads one task a line from stdin: a prompt or a JSON object")
    .option("-k, --key <key>", "short name of the task, unique in the job; default: from its prompt")
    .option("-t, --title <text>", "default: the prompt's first line")
    .option("-p, --priority <n>", "1 to 10, larger starts first; default: 5", taskPriority)
    .option("-c, --context <files...>", "files to read first")
    .option("-o, --output <files...>", "files that must exist when it is done")
    .option("-n, --needs <tasks...>", "tasks whose work it starts from, by key or id")
    .option("--parent <task>", "task that it follows on from: it is told what that one came to")
    .option("--continue-parent", "its agent goes on from the parent's conversation, in a fork of it")
    .option("--batch <name>", "tasks of the same name share a conversation, one after another")
    .option("--escalate <models...>", "cheap ones first: the next follows work that is not good enough")
    .option("--agent <name>", "agent profile that does it: see tutti agents")
    .option("--read-only", "its agent looks and changes nothing: its answer is the result")
    .option("--subagents <names...>", "agent profiles that its agent may call within its own session")
    .option("--budget <usd>", "what all of its attempts may cost", amountUsd)
    .option("--timeout-ms <ms>", "of one attempt", milliseconds)
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        'tutti job add "$job" "Implement the login endpoint" --priority 10 --output src/login.js',
        'tutti job add "$job" - < tasks.jsonl',
      ),
    )
    .action(async (id: string, prompt: string, options: JobAddOptions) => {
      finish(await (await import("../commands/job/job-add.ts")).jobAddCommand(cli, id, { prompt, options }));
    });
  job
    .command("wait")
    .description("carry a job out, or watch whoever does, until it is over or waits for you")
    .argument("[job]", newest)
    .addOption(json())
    .addHelpText("after", examples("tutti job wait", "tutti job wait build-an-api --json"))
    .action(async (id: string | undefined) => {
      finish(await (await import("../commands/job/job-wait.ts")).jobWaitCommand(cli, id));
    });
}

function addReading(job: Command, { cli, finish }: Face): void {
  job
    .command("status")
    .description("where a job stands, in one line")
    .argument("[job]", newest)
    .addOption(json())
    .addHelpText("after", examples("tutti job status", "tutti job status build-an-api --json"))
    .action(async (id: string | undefined) => {
      finish(await (await import("../commands/job/job-results.ts")).jobStatusCommand(cli, id));
    });
  job
    .command("results")
    .description("what every task came to")
    .argument("[job]", newest)
    .addOption(json())
    .addHelpText("after", examples("tutti job results", "tutti job results build-an-api --json"))
    .action(async (id: string | undefined) => {
      finish(await (await import("../commands/job/job-results.ts")).jobResultsCommand(cli, id));
    });
  job
    .command("synthesize")
    .description("have the manager's model make one text of all results")
    .argument("[job]", newest)
    .option("--prompt <text>", "what to make of them")
    .addOption(json())
    .addHelpText("after", examples('tutti job synthesize --prompt "Review the API and suggest improvements"'))
    .action(async (id: string | undefined, options: SynthesizeOptions) => {
      finish(await (await import("../commands/job/job-results.ts")).jobSynthesizeCommand(cli, id, options));
    });
}

function addComparing(job: Command, { cli, finish }: Face): void {
  job
    .command("compare")
    .description("two jobs side by side: attempts, gates, tokens, cost, time, changes")
    .argument("<a>", "its id or the beginning of it")
    .argument("<b>", "the other's")
    .addOption(json())
    .addHelpText("after", examples("tutti job compare add-a-csv cheaper"))
    .action(async (a: string, b: string) => {
      finish(await (await import("../commands/job/job-compare.ts")).jobCompareCommand(cli, [a, b]));
    });
}

function addControl(job: Command, { cli, finish }: Face): void {
  job
    .command("pause")
    .description("interrupt a job's agents; tutti resume goes on")
    .argument("[job]", newest)
    .addOption(json())
    .addHelpText("after", examples("tutti job pause build-an-api"))
    .action(async (id: string | undefined) => {
      finish(await (await import("../commands/job/job-control.ts")).jobPauseCommand(cli, id));
    });
  job
    .command("cancel")
    .description("end a job for good; what was merged stays on its branch")
    .argument("[job]", newest)
    .addOption(json())
    .addHelpText("after", examples("tutti job cancel build-an-api"))
    .action(async (id: string | undefined) => {
      finish(await (await import("../commands/job/job-control.ts")).jobCancelCommand(cli, id));
    });
}
