import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";
import { isComment } from "./test-cases.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** Stops of a debugger, and output that names itself as such. */
const left: readonly RegExp[] = [
  /^\s*debugger\s*;?\s*$/,
  /^\s*(?:import\s+i?pdb\s*;\s*)?i?pdb\.set_trace\(\)|^\s*breakpoint\(\)\s*$/,
  /^\s*(?:binding\.(?:pry|irb)|byebug)\b/,
  /(?<![\w.])dbg!\s*\(/,
  /\b(?:console\.(?:log|error|warn|info|debug)|print|println!?|eprintln!|fmt\.Print(?:ln|f)?|puts|System\.out\.println|echo)\s*!?\(?\s*f?["'`](?:\W*(?:DEBUG|XXX|>>>+|!!!+|\*\*\*+|###+|---+>|here(?:\s*\d*)?|got here|why)\W+)(?![\w ]*:?\s*(?:true|false)\b)/,
];

const wantsIt = /\b(?:debug\w*|trace|tracing|breakpoints?)\b/i;

/** What somebody looked for a fault with, and forgot. */
export function debugLeft(work: JudgedWork): readonly RuleFinding[] {
  if (wantsIt.test(wordsOf(work))) return [];
  return work.changes
    .filter(({ path, status }) => status !== "deleted" && isCode(path) && !isForTests(path))
    .flatMap((file): readonly RuleFinding[] => {
      const before = new Set(removedOf(file).map((line) => line.trim()));
      const found = addedOf(file).find(
        ({ text }) => !isComment(text) && !before.has(text.trim()) && left.some((pattern) => pattern.test(text)),
      );
      if (found === undefined) return [];
      const message = `${file.path}:${found.number} was there to look for a fault. Take it out.`;
      return [{ code: "debug-left", path: file.path, message }];
    });
}
