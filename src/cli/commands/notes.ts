import type { NoteChange, NoteEdit, ProjectNote } from "../../domain/notes/project-note.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Cli } from "../cli.ts";
import { formatDateTime } from "../render/quantities.ts";
import { oneLine } from "../render/terminal-text.ts";
import { textTable } from "../render/text-table.ts";
import { withProject } from "../with-project.ts";

/** `tutti notes show` */
export const notesShowCommand = (cli: Cli): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const notes = await application.notes.list();
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ notes })}\n`);
    else if (notes.length === 0) cli.output.stdout('There are no notes yet. Add one: tutti notes add "<sentence>"\n');
    else cli.output.stdout(notesText(notes));
    return exitCodes.done;
  });

const notesText = (notes: readonly ProjectNote[]): string =>
  textTable(
    [{ title: "note" }, { title: "by" }, { title: "says" }],
    notes.map(({ id, author, text }) => [id, author, oneLine(text)]),
  );

/** `tutti notes history` */
export const notesHistoryCommand = (cli: Cli): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const changes = await application.notes.history();
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ changes })}\n`);
    else if (changes.length === 0) cli.output.stdout("The notes have never been changed.\n");
    else cli.output.stdout(historyText(changes));
    return exitCodes.done;
  });

const historyText = (changes: readonly NoteChange[]): string =>
  textTable(
    [{ title: "version" }, { title: "when" }, { title: "by" }, { title: "note" }, { title: "what" }],
    changes.map((change) => [
      String(change.version),
      formatDateTime(change.at),
      change.author,
      change.noteId,
      oneLine(whatChanged(change)),
    ]),
  );

function whatChanged({ action, before = "", after = "" }: NoteChange): string {
  if (action === "added") return `added: ${after}`;
  return action === "removed" ? `removed: ${before}` : `edited: ${after} (before: ${before})`;
}

/** `tutti notes add`, `edit`, `remove`. @throws {TuttiError} `INPUT_INVALID` */
export const notesChangeCommand = (cli: Cli, edit: NoteEdit): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const change = await application.notes.edit(edit);
    const { noteId, action, version } = change;
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify(change)}\n`);
    else cli.output.stdout(`Note ${noteId} is ${action}: version ${version} of the notes.\n`);
    return exitCodes.done;
  });
