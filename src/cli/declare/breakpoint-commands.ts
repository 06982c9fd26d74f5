import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import type { BreakpointListOptions, BreakpointResolveOptions } from "../commands/breakpoint.ts";
import { amountUsd, examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

const named = "its id or the beginning of it";

/** Everything that waits for a person, in one place. */
export function addBreakpointCommands(program: Command, { cli, finish }: Face): void {
  const breakpoint = program.command("breakpoint").description("what waits for your answer");
  breakpoint
    .command("list")
    .description("everything that waits for your answer, the oldest first")
    .argument("[job]", "of this job only: its id or the beginning of it")
    .option("-a, --all", "also what is answered or settled")
    .addOption(json())
    .addHelpText("after", examples("tutti breakpoint list", "tutti breakpoint list add-a-csv --json"))
    .action(async (job: string | undefined, options: BreakpointListOptions) => {
      finish(await (await import("../commands/breakpoint.ts")).breakpointListCommand(cli, job, options));
    });
  breakpoint
    .command("show")
    .description("what is asked, everything known about it, and what each answer does")
    .argument("<id>", named)
    .addOption(json())
    .addHelpText("after", examples("tutti breakpoint show 3f2a"))
    .action(async (id: string) => {
      finish(await (await import("../commands/breakpoint.ts")).breakpointShowCommand(cli, id));
    });
  breakpoint
    .command("resolve")
    .description("answer; the first answer counts")
    .argument("<id>", named)
    .argument("[answer]", "one of those that tutti breakpoint show names")
    .option("-n, --note <text>", "your words: an answer to a question, or what the agent is told")
    .option("--amount <usd>", "for raise: how much more it may cost", amountUsd)
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti breakpoint resolve 3f2a approve",
        'tutti breakpoint resolve 3f2a retry --note "Keep the old format, too"',
        'tutti breakpoint resolve 91c0 answer --note "Use port 8080"',
        "tutti breakpoint resolve 77e1 raise --amount 5",
      ),
    )
    .action(async (id: string, answer: string | undefined, options: BreakpointResolveOptions) => {
      const given = { ...options, answer };
      finish(await (await import("../commands/breakpoint.ts")).breakpointResolveCommand(cli, id, given));
    });
}
