import { nameOf, stemOf } from "../work/path-kinds.ts";
import { wordsOf, type JudgedWork } from "../work/changed-file.ts";

/** Words by which a person has something taken away or put elsewhere. */
const removal =
  /\b(?:remov|delet|drop|eliminat|get(?:ting)? rid|strip|retir|deprecat|discard|clean(?:ing)?[ -]?up|prun|purg|uninstall|unused|obsolete|dead code|no longer|without the)/i;
const moving =
  /\b(?:mov|renam|split|merg|consolidat|replac|convert|migrat|extract|reorgani[sz]|restructur|port(?:ed|ing)?\b|rewrit|refactor|switch|fold|inlin|dedup|simplif|generat|instead of|upgrad|regroup|relocat|collaps|combin|turn\b.{0,60}\binto|parametri[sz]|table[ -]driven|reset|bundl)/i;

export const asksToRemove = (work: JudgedWork): boolean => removal.test(wordsOf(work));

export const asksToRemoveOrMove = (work: JudgedWork): boolean =>
  removal.test(wordsOf(work)) || moving.test(wordsOf(work));

/** Whether the task says this file's name, with or without what stands around it. */
export function namesFile(work: JudgedWork, path: string): boolean {
  const words = wordsOf(work).toLowerCase();
  return (
    words.includes(path.toLowerCase()) || words.includes(nameOf(path).toLowerCase()) || hasWord(words, stemOf(path))
  );
}

/** `date-range` is also named by "date range" and "DateRange". */
function hasWord(words: string, stem: string): boolean {
  if (stem.length < 3) return false;
  const parts = stem.split(/[-_ ]+/u).map((part) => part.replaceAll(/[^\p{L}\p{N}]/gu, ""));
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${parts.join("[-_ ]?")}`, "iu").test(words);
}

/** A sentence of the task that takes tests away. */
export const asksToRemoveTests = (work: JudgedWork): boolean =>
  sentences(wordsOf(work)).some(
    (sentence) =>
      /\b(?:tests?|specs?|suites?|cases?)\b/i.test(sentence) && (removal.test(sentence) || moving.test(sentence)),
  );

export const asksToSkipTests = (work: JudgedWork): boolean =>
  sentences(wordsOf(work)).some((sentence) =>
    /\b(?:skip|disabl|ignor|quarantin|flaky|xfail|pending|todo)/i.test(sentence),
  );

/** Stops and line breaks end one; a dot inside a name does not. */
export const sentences = (text: string): readonly string[] =>
  text
    .split(/(?<=[.!?])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
