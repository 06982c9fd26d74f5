import { InvalidArgumentError, Option, type Command } from "commander";

import type { Cli } from "../cli.ts";
import { ageMs } from "./age.ts";
import type { ExplainOptions } from "../commands/explain.ts";
import type { FeedbackOptions } from "../commands/feedback.ts";
import type { RateOptions } from "../commands/rate.ts";
import { feedbackGroupings } from "../../domain/feedback/analyze.ts";
import { parseRating, type Stars } from "../../domain/feedback/rating.ts";
import type { HistoryOptions } from "../commands/history.ts";
import { saidKinds, saidRoles } from "../../domain/history.ts";
import { attemptNumber, atLeastOne, examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

const named = "<job>/<task>, or the key of a task of the newest job";

function rating(value: string): Stars {
  const stars = parseRating(value);
  if (stars !== undefined) return stars;
  throw new InvalidArgumentError("Give good, bad, or a number from 1 to 5.");
}

/** Why work became what it did, what was said about it, what people think of it. */
export function addInsightCommands(program: Command, face: Face): void {
  addExplain(program, face);
  addRatings(program, face);
  addHistory(program, face);
}

function addExplain(program: Command, { cli, finish }: Face): void {
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
      finish(await (await import("../commands/explain.ts")).explainCommand(cli, wanted, options));
    });
}

function addRatings(program: Command, { cli, finish }: Face): void {
  program
    .command("rate")
    .description("say what you think of a task's work; calibration, routing and the next prompts see it")
    .argument("<task>", named)
    .argument("<rating>", "good, bad, or 1 to 5", rating)
    .option("--note <text>", "why; a bad rating's note stands in the next prompts")
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti rate export-button good", 'tutti rate export-button 2 --note "The names are not ours"'),
    )
    .action(async (wanted: string, stars: Stars, options: RateOptions) => {
      finish(await (await import("../commands/rate.ts")).rateCommand(cli, { task: wanted, stars }, options));
    });
  program
    .command("feedback")
    .description("what this project's attempts came to, how often, and what was found wrong")
    .addOption(new Option("--by <what>", "what to sum by; default: model").choices(feedbackGroupings))
    .addOption(json())
    .addHelpText("after", examples("tutti feedback", "tutti feedback --by class", "tutti feedback --by kind --json"))
    .action(async (options: FeedbackOptions) => {
      finish(await (await import("../commands/feedback.ts")).feedbackCommand(cli, options));
    });
}

function addHistory(program: Command, { cli, finish }: Face): void {
  program
    .command("history")
    .description("every prompt, answer, question of the supervisor, verdict and decision, in order")
    .argument(
      "[job|task]",
      "a job's id or its beginning, <job>/<task>, or a task of the newest job; default: the newest job",
    )
    .addOption(new Option("--role <role>", "only what these say or are told").choices(saidRoles))
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
      finish(await (await import("../commands/history.ts")).historyCommand(cli, wanted, options));
    });
}
