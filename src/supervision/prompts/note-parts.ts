import type { PromptPart } from "../../domain/prompt/prompt-part.ts";
import type { KeptParts } from "./prompt-request.ts";

const notesPriority = 60;

/** The project notes as parts of a prompt: the first ones matter most. */
export const noteParts = (notes: readonly string[]): readonly PromptPart[] =>
  notes.map((text, index) => ({ name: `notes/${index + 1}`, priority: notesPriority - index / 1000, text }));

export const keptNotes = (notes: readonly string[], kept: KeptParts): readonly string[] =>
  notes.flatMap((_note, index) => (kept.has(`notes/${index + 1}`) ? [kept.text(`notes/${index + 1}`)] : []));
