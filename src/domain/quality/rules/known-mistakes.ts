import { addedOf, wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";
import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isComment } from "./test-cases.ts";

type Mistake = { readonly seen: RegExp; readonly files: RegExp; readonly about?: RegExp; readonly says: string };

const script = /\.[cm]?[jt]sx?$/;
const rust = /\.rs$/;

/** What is wrong wherever it stands, and what a task forbids in words. */
const mistakes: readonly Mistake[] = [
  {
    files: script,
    seen: /\.(?:sort|toSorted)\(\s*\(?\s*\w+\s*,\s*\w+\s*\)?\s*=>\s*[\w.[\]]+\s*[<>]=?\s*[\w.[\]]+\s*\)/,
    says: "sorts by true and false: a comparison has to give a number below, above or equal to 0",
  },
  {
    files: script,
    about: /\b(?:escap\w*|saniti[sz]\w*|xss|injection|harmless|unsafe|every|all)\b/i,
    seen: /\.replace\(\s*(["'])[<>&"'\\/]{1,2}\1\s*,/,
    says: "replaces only the first occurrence: a text as the pattern of replace() stands for one",
  },
  {
    files: rust,
    seen: /\bunsafe\s+impl\b.*\b(?:Send|Sync)\b/,
    says: "only tells the compiler that it is safe between threads: nothing makes it so",
  },
  {
    files: script,
    about: /\b(?:no|without) (?:type )?casts?\b/i,
    seen: /(?<!\bimport\b[^\n]*|^\s*(?:export\s*)?[{*][^\n]*|^\s*\w+)\sas\s+(?!const\b)[A-Za-z{(]|<any>/,
    says: "casts, and the task forbids that",
  },
  {
    files: script,
    about: /\b(?:no|without|avoid) `?any`?(?: types?)?\s*(?:[,.;]|$)/im,
    seen: /[:<]\s*any\b|\bas any\b/,
    says: "uses any, and the task forbids that",
  },
  {
    files: rust,
    about: /\b(?:no|without) `?unsafe\b/i,
    seen: /\bunsafe\b/,
    says: "is unsafe, and the task forbids that",
  },
  {
    files: rust,
    about: /\b(?:no|without) `?unwrap\b/i,
    seen: /\.unwrap\(\)/,
    says: "unwraps, and the task forbids that",
  },
  {
    files: rust,
    about: /\b(?:return|give|propagat\w*|report)s?\b[^.]{0,30}\b(?:an? )?(?:errors?|Result|Err)\b/i,
    seen: /\.unwrap_or(?:_default\(\)|\((?:\d+|"[^"]*"|true|false|None|vec!\[\]|String::new\(\))\))/,
    says: "puts a value in the place of the error that the task asks for",
  },
];

export function knownMistakes(work: JudgedWork): readonly RuleFinding[] {
  const words = wordsOf(work);
  const files = work.changes.filter(({ path }) => isCode(path) && !isForTests(path));
  return files.flatMap((file) =>
    mistakes.flatMap(({ files: ending, about, seen, says }): readonly RuleFinding[] => {
      if (!ending.test(file.path) || about?.test(words) === false) return [];
      const line = addedOf(file).find(({ text }) => !isComment(text) && seen.test(text));
      if (line === undefined) return [];
      return [{ code: "known-mistake", path: file.path, message: `${file.path}:${line.number} ${says}.` }];
    }),
  );
}
