import { addedOf, wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";
import { isForTests, isProse } from "../judged-work/path-kinds.ts";
import type { RuleFinding } from "./quality-rules.ts";

/**
 * Marks that git leaves in a file with a conflict. A line of `=` alone may underline a title. Where
 * the task speaks of conflicts, a fixture or a guide may show some.
 */
export function conflictMarkers(work: JudgedWork): readonly RuleFinding[] {
  if (/conflict marker|merge conflict/i.test(wordsOf(work))) return [];
  const isAboutConflicts = /\bconflict(?:s|ed|ing)?\b/i.test(wordsOf(work));
  const looked = work.changes.filter(({ path }) => !isAboutConflicts || !(isForTests(path) || isProse(path)));
  return looked.flatMap((file): readonly RuleFinding[] => {
    const lines = addedOf(file);
    const start = lines.find(({ text }) => /^<{7}(?: |$)/.test(text));
    const end = lines.find(({ text }) => /^>{7}(?: |$)/.test(text));
    const middle = lines.find(({ text }) => /^={7}$/.test(text));
    const first = start ?? end;
    if (first === undefined || [start, end, middle].filter((mark) => mark !== undefined).length < 2) return [];
    const message = `${file.path}:${first.number} holds a mark of a merge conflict. Settle it.`;
    return [{ code: "conflict-marker", path: file.path, message }];
  });
}
