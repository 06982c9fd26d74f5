import { wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";
import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** A failure is to reach somebody. */
const wantsTold =
  /\b(?:let|tell|inform|notify)\b[^.\n]{0,40}\b(?:callers?|users?|clients?|know)\b|\b(?:propagat|rethrow|surfac|bubbl)\w*|\b(?:must|should|has to) (?:fail|throw|reject|raise)\b|\b(?:must|should|do(?:es)?) ?n[o']t (?:hide|swallow|lose)\b/i;

const braces =
  /\bcatch\s*(?:\([^)\n]*\))?\s*\{\s*(?:(?:console|log|logger|logging|this\.log\w*)\.\w+\([^\n]*\);?\s*)+\}/g;
const python =
  /^([ \t]*)except\b[^\n]*:\n(?:\1[ \t]+(?:print|log\w*\.\w+|logging\.\w+|logger\.\w+)\([^\n]*\)\n?)+(?!\1[ \t]+\S)/gm;

/** The task wants to hear of failures, and a new handler writes a line into a log and goes on. */
export function failuresHidden(work: JudgedWork): readonly RuleFinding[] {
  if (!wantsTold.test(wordsOf(work))) return [];
  const files = work.changes.filter(({ path }) => isCode(path) && !isForTests(path));
  return files.flatMap(({ path, text }): readonly RuleFinding[] => {
    const countIn = (code = ""): number => [braces, python].flatMap((one) => code.match(one) ?? []).length;
    if (countIn(text?.after) <= countIn(text?.before)) return [];
    const message = `${path} logs a failure and goes on as if there were none, and the task wants it to be told.`;
    return [{ code: "errors-swallowed", path, message }];
  });
}
