import { Option, type Command } from "commander";

import type { Cli } from "../cli.ts";
import type { ResumeOptions, RetryOptions, RunOptions } from "../commands/run.ts";
import { amountUsd, count, examples, json, maxCostPerTask } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

const newest = "its id or the beginning of it; default: the newest job";

export const resumeAtReset = () =>
  new Option("--resume-at-reset", "when a quota has ended, wait until it comes back and go on; Ctrl-C ends the wait");
export const noCache = () => new Option("--no-cache", "have everything done anew, also what was done before");

export function addRun(program: Command, { cli, finish }: Face): void {
  program
    .command("run")
    .description("plan a goal, carry it out and merge the result onto a branch of its own")
    .argument("[goal]", "what is to be done")
    .option("-f, --file <path>", "read the goal from a file")
    .option("-p, --plan <path>", "carry out this plan (YAML or JSON) instead of asking the manager")
    .option("-w, --workers <count>", "agents at once", count)
    .option("--max-cost <usd>", "what the whole job may cost", amountUsd)
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
        "tutti run --file goal.md --workers 4 --max-cost 10 --yes",
        "tutti run --plan plan.yaml --json",
        'tutti run "Add a CSV export" --yes --resume-at-reset',
      ),
    )
    .action(async (goal: string | undefined, options: RunOptions) => {
      finish(await (await import("../commands/run.ts")).runCommand(cli, goal, options));
    });
}

const nameOf = (parent: Command, name: string): string =>
  parent.parent === null ? `tutti ${name}` : `tutti ${parent.name()} ${name}`;

/** @param parent - the whole command line, or `job` */
export function addResume(parent: Command, { cli, finish }: Face): void {
  const called = nameOf(parent, "resume");
  parent
    .command("resume")
    .description("go on with a job that was stopped, paused or cut short")
    .argument("[job]", newest)
    .option("-y, --yes", "start a proposed plan without asking")
    .option("--max-cost <usd>", "what the whole job may cost from now on, what it has cost included", amountUsd)
    .option(
      "--begin-anew",
      "begin a workflow's code anew, as it is now; agents that finished the same request are not asked again",
    )
    .addOption(resumeAtReset())
    .addOption(noCache())
    .addOption(json())
    .addHelpText(
      "after",
      examples(called, `${called} add-a-csv --yes`, `${called} --max-cost 20`, `${called} --resume-at-reset`),
    )
    .action(async (id: string | undefined, options: ResumeOptions) => {
      finish(await (await import("../commands/run.ts")).resumeCommand(cli, id, options));
    });
}

/** @param parent - the whole command line, or `job` */
export function addRetry(parent: Command, { cli, finish }: Face): void {
  const called = nameOf(parent, "retry");
  parent
    .command("retry")
    .description("give tasks that failed or wait for you another start")
    .argument("[job]", newest)
    .argument("[tasks...]", "keys of tasks; default: all that failed or wait")
    .addOption(maxCostPerTask())
    .addOption(noCache())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        called,
        `${called} add-a-csv-3f2a export-button`,
        `${called} add-a-csv-3f2a export-button --max-cost-per-task 5`,
      ),
    )
    .action(async (id: string | undefined, keys: readonly string[], options: RetryOptions) => {
      finish(await (await import("../commands/run.ts")).retryCommand(cli, id, { ...options, keys }));
    });
}
