import { addedOf, removedOf, type ChangedFile } from "../judged-work/changed-file.ts";
import { isForTests, nameOf } from "../judged-work/path-kinds.ts";

/** A letter or a digit: anything else is no line that decides something. */
export const hasWords = (quote: string): boolean => /[\p{L}\p{N}]/u.test(quote);

/**
 * Whether there may be no line that shows a requirement to be met, because it asks for something not to be there: nothing else, something
 * that stays as it is, or something that goes. What the change itself contradicts is none of these.
 */
export function needsNoLine(asked: string, changes: readonly ChangedFile[]): boolean {
  if (closing.test(asked)) return true;
  if (leftAlone.test(asked)) return !changes.some((change) => isNamed(asked, change));
  return deletion.test(asked) && isTakenAway(asked, changes);
}

/** The entry that the rubric asks for as the last one. */
const closing = /^\W*nothing else\b.*\b(?:broken|breaks?|asked)\b/is;

const leftAlone =
  /^\W*(?:do not|don['’]t|never) (?:change|touch|modify|edit|alter|rename|move|remove|delete)\b|\b(?:stay|remain|keep|kept|left|leave|is|are)s?\b.*\b(?:as (?:it|they) (?:is|are|was|were)|unchanged|untouched|alone)\b/is;

/** New tests leave those that there are as they are. */
const isNamed = (asked: string, { path, status }: ChangedFile): boolean =>
  asked.includes(nameOf(path)) || (status !== "added" && isForTests(path) && /\btests?\b/i.test(asked));

const deletion = /\b(?:delet(?:e|es|ed|ing)|remov(?:e|es|ed|ing)|drop(?:s|ped|ping)?|goes|gone|get rid)\b/i;

/** Something that it names was there and is not there any more. */
function isTakenAway(asked: string, changes: readonly ChangedFile[]): boolean {
  const [gone, come] = [
    changes.flatMap(goneFrom),
    changes.flatMap((change) => addedOf(change).map(({ text }) => text)),
  ];
  const [before, now] = [gone.join("\n").toLowerCase(), come.join("\n").toLowerCase()];
  return (asked.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [])
    .filter((word) => !deletion.test(word) && !commonWords.has(word))
    .some((word) => before.includes(word) && !now.includes(word));
}

const goneFrom = (change: ChangedFile): readonly string[] => [
  ...(change.status === "deleted" ? [change.path] : []),
  ...removedOf(change),
];

const commonWords = new Set([
  "the",
  "and",
  "all",
  "for",
  "not",
  "from",
  "with",
  "that",
  "this",
  "file",
  "files",
  "line",
]);
