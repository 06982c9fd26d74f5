import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import type { PromptShowOptions } from "../commands/prompt.ts";
import { attemptNumber, examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

/** What agents are told, and what is known about the repository. */
export function addPromptCommands(program: Command, face: Face): void {
  const prompt = program.command("prompt").description("what agents are told, and the templates that it is made with");
  addPrompts(prompt, face);
  const notes = program.command("notes").description("what is known about this repository, as prompts tell it");
  addLookingAtNotes(notes, face);
  addChangingNotes(notes, face);
}

function addPrompts(prompt: Command, { cli, finish }: Face): void {
  prompt
    .command("show")
    .description("the exact prompt that was sent, or would be sent now, and what its tokens went to")
    .argument("<task>", "<job>/<task>, or the key of a task of the newest job")
    .option("-a, --attempt <n>", "of this attempt; default: the last one", attemptNumber)
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti prompt show export-button", "tutti prompt show export-button --attempt 1 --json"),
    )
    .action(async (task: string, options: PromptShowOptions) => {
      finish(await (await import("../commands/prompt.ts")).promptShowCommand(cli, task, options));
    });
  prompt
    .command("list")
    .description("every template, where it comes from and what it sees")
    .addOption(json())
    .addHelpText("after", examples("tutti prompt list"))
    .action(async () => {
      finish(await (await import("../commands/prompt.ts")).promptListCommand(cli));
    });
  prompt
    .command("check")
    .description("try this project's templates, as they are in the checkout")
    .addOption(json())
    .addHelpText("after", examples("tutti prompt check"))
    .action(async () => {
      finish(await (await import("../commands/prompt.ts")).promptCheckCommand(cli));
    });
}

function addLookingAtNotes(notes: Command, { cli, finish }: Face): void {
  notes
    .command("show")
    .description("every note, the oldest first")
    .addOption(json())
    .addHelpText("after", examples("tutti notes show"))
    .action(async () => {
      finish(await (await import("../commands/notes.ts")).notesShowCommand(cli));
    });
  notes
    .command("history")
    .description("every change of the notes, by whom and what it was before")
    .addOption(json())
    .addHelpText("after", examples("tutti notes history"))
    .action(async () => {
      finish(await (await import("../commands/notes.ts")).notesHistoryCommand(cli));
    });
}

const noteId = "as tutti notes show names it: n1";

function addChangingNotes(notes: Command, { cli, finish }: Face): void {
  notes
    .command("add")
    .description("tell every agent something about this repository")
    .argument("<text>", "one sentence: a command, a convention, a trap")
    .addOption(json())
    .addHelpText("after", examples('tutti notes add "Tests need a database: npm run db first."'))
    .action(async (text: string) => {
      finish(await (await import("../commands/notes.ts")).notesChangeCommand(cli, { action: "add", text }));
    });
  notes
    .command("edit")
    .description("say a note otherwise")
    .argument("<note>", noteId)
    .argument("<text>", "what it says from now on")
    .addOption(json())
    .addHelpText("after", examples('tutti notes edit n1 "Tests need a database: npm run db:test first."'))
    .action(async (id: string, text: string) => {
      finish(await (await import("../commands/notes.ts")).notesChangeCommand(cli, { action: "edit", id, text }));
    });
  notes
    .command("remove")
    .description("forget a note; its history stays")
    .argument("<note>", noteId)
    .addOption(json())
    .addHelpText("after", examples("tutti notes remove n1"))
    .action(async (id: string) => {
      finish(await (await import("../commands/notes.ts")).notesChangeCommand(cli, { action: "remove", id }));
    });
}
