import type { Command } from "commander";

import type { Cli } from "./cli.ts";
import type { ExplainOptions } from "./commands/explain.ts";
import { attemptNumber, examples, json } from "./options.ts";

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
}
