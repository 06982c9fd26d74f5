import { noteLimits, noteText, type NoteAuthor, type NoteEdit, type ProjectNote } from "./project-note.ts";

/** Why an edit can't be made; `undefined` when it can. One line, for a person. */
export function noteProblem(
  notes: readonly ProjectNote[],
  edit: NoteEdit,
  author: NoteAuthor,
): { readonly problem: string; readonly hint: string } | undefined {
  const known = edit.action === "add" ? undefined : notes.find(({ id }) => id === edit.id);
  if (edit.action !== "add" && known === undefined) {
    return { problem: `There is no note ${edit.id}`, hint: `Its notes: ${idsOf(notes)}. See tutti notes show` };
  }
  if (author === "supervisor" && known?.author === "person") {
    return { problem: `Note ${known.id} is a person's`, hint: "Leave it as it is" };
  }
  return edit.action === "remove" ? undefined : textProblem(notes, edit, known);
}

const idsOf = (notes: readonly ProjectNote[]): string => notes.map(({ id }) => id).join(", ") || "none";

function textProblem(
  notes: readonly ProjectNote[],
  edit: Exclude<NoteEdit, { action: "remove" }>,
  known: ProjectNote | undefined,
) {
  const text = noteText(edit.text);
  const { perNote, inAll } = noteLimits;
  if (text === "") return { problem: "The note is empty", hint: "Say what is to be known, in one sentence" };
  if (text.length > perNote) {
    const problem = `The note has ${text.length} characters, and ${perNote} is the most`;
    return { problem, hint: "Every prompt carries it: say it shorter, or make two of it" };
  }
  const same = notes.find((note) => note.text === text && note.id !== known?.id);
  if (same !== undefined) return { problem: `Note ${same.id} says that already`, hint: "See tutti notes show" };
  const total = notes.reduce((sum, note) => sum + note.text.length, 0) - (known?.text.length ?? 0) + text.length;
  if (total <= inAll) return undefined;
  const problem = `All notes together would have ${total} characters, and ${inAll} is the most`;
  return { problem, hint: "Remove one that matters less: tutti notes remove <note>" };
}
