import { Option, type Command } from "commander";

import type { Cli } from "./cli.ts";
import { ageMs } from "./age.ts";
import type { ExplainOptions } from "./commands/explain.ts";
import type { HistoryOptions } from "./commands/history.ts";
import { saidKinds } from "../domain/history.ts";
import { attemptNumber, atLeastOne, examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

const named = "<job>/<task>, or the key of a task of the newest job";

/** Why work became what it did. */
export function addInsightCommands(program: Command, { cli, finish }: Face): void {
  program
    .command("explain")
    .description("why a task's attempts became what they did: rules, what was not done instead, confidence")
    .argument("<task>", named)
    .option("-a, --attempt <n>", "only this attempt; default: all", attemptNumber)
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti explain export-button", "tutti explain add-a-csv-3f2a/export-button --attempt 1"),
    )
    .action(async (wanted: string, options: ExplainOptions) => {
      finish(await (await import("./commands/explain.ts")).explainCommand(cli, wanted, options));
    });
  program
    .command("history")
    .description("every prompt, answer, question of the supervisor, verdict and decision, in order")
    .argument(
      "[job|task]",
      "a job's id or its beginning, <job>/<task>, or a task of the newest job; default: the newest job",
    )
    .option("--role <role>", "only of this role: manager, worker, resolver, reviewer, supervisor, tutti")
    .addOption(new Option("--kind <kind>", "only these").choices(saidKinds))
    .option("--since <age>", "only what is younger, such as 90m, 12h or 2d", ageMs)
    .option("--limit <n>", "only the last so many", atLeastOne)
    .option("--full", "whole texts instead of their first lines")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti history",
        "tutti history export-button --kind decision",
        "tutti history --role supervisor --json",
      ),
    )
    .action(async (wanted: string | undefined, options: HistoryOptions) => {
      finish(await (await import("./commands/history.ts")).historyCommand(cli, wanted, options));
    });
}
