import { Option, type Command } from "commander";

import { ageMs } from "./age.ts";
import type { Cli } from "../cli.ts";
import type { StatePruneOptions } from "../commands/state-prune.ts";
import type { StateRestoreOptions } from "../commands/state.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

/** The database itself: is it sound, and what if not. */
export function addStateCommands(program: Command, { cli, finish }: Face): void {
  const state = program
    .command("state")
    .description("the project's database: check it, back it up, restore it, make room in it");
  state
    .command("check")
    .description("read the whole database and compare every index; 1 when it is damaged")
    .addOption(json())
    .addHelpText("after", examples("tutti state check", "tutti state check --json"))
    .action(async () => {
      finish(await (await import("../commands/state.ts")).stateCheckCommand(cli));
    });
  state
    .command("backup")
    .description("make a backup now, while jobs may go on")
    .addOption(json())
    .addHelpText("after", examples("tutti state backup"))
    .action(async () => {
      finish(await (await import("../commands/state.ts")).stateBackupCommand(cli));
    });
  state
    .command("prune")
    .description("remove what was said about jobs that ended long ago: prompts, answers, questions")
    .option("--older-than <age>", "such as 12h, 30d or 8w; default: 90d", ageMs)
    .option("--activity", "also what agents showed while they worked: tutti task logs")
    .option("--events", "also events that say what is kept besides: those of attempts, gates and workers")
    .option("--journals", "also what their runs recorded: tutti replay of them is not possible any more")
    .option("--dry-run", "only say what would go")
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti state prune", "tutti state prune --older-than 30d --activity --events --journals --dry-run"),
    )
    .action(async (options: StatePruneOptions) => {
      finish(await (await import("../commands/state-prune.ts")).statePruneCommand(cli, options));
    });
  state
    .command("restore")
    .description("put the last good backup in the place of a damaged database, which is set aside")
    .addOption(new Option("--backup <name>", "this one, also where the database is sound"))
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti state restore", "tutti state restore --backup state-2026-11-21T190310.120Z.db"),
    )
    .action(async (options: StateRestoreOptions) => {
      finish(await (await import("../commands/state.ts")).stateRestoreCommand(cli, options));
    });
}
