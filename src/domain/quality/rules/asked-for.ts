import { nameOf, stemOf } from "../judged-work/path-kinds.ts";
import { wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";

/**
 * Forms that ask for something: "remove", "removing", "be removed". What a program "removes" or "drops" is a description of it,
 * often of what is wrong with it.
 */
const forms = (...verbs: readonly (readonly [base: string, stem: string])[]): string =>
  verbs.map(([base, stem]) => `${base}|${stem}ing|(?:be|been|being|get) ${stem}(?:ed|n|d|t)?`).join("|");

const removing = forms(
  ["remove", "remov"],
  ["delete", "delet"],
  ["drop", "dropp"],
  ["eliminate", "eliminat"],
  ["get rid of", "gett"],
  ["strip out", "stripp"],
  ["retire", "retir"],
  ["discard", "discard"],
  ["clean up", "clean"],
  ["prune", "prun"],
  ["purge", "purg"],
  ["uninstall", "uninstall"],
  ["cut", "cutt"],
  ["revert", "revert"],
  ["undo", "undo"],
  ["take out", "tak"],
);
const moving = forms(
  ["move", "mov"],
  ["rename", "renam"],
  ["split", "splitt"],
  ["merge", "merg"],
  ["consolidate", "consolidat"],
  ["replace", "replac"],
  ["convert", "convert"],
  ["migrate", "migrat"],
  ["extract", "extract"],
  ["reorgani[sz]e", "reorgani[sz]"],
  ["restructure", "restructur"],
  ["rewrite", "rewrit"],
  ["refactor", "refactor"],
  ["switch", "switch"],
  ["fold", "fold"],
  ["inline", "inlin"],
  ["dedup\\w*", "dedup\\w*"],
  ["simplify", "simplify"],
  ["regroup", "regroup"],
  ["relocate", "relocat"],
  ["collapse", "collaps"],
  ["combine", "combin"],
  ["generate", "generat"],
  ["regenerate", "regenerat"],
  ["upgrade", "upgrad"],
  ["parametri[sz]e", "parametri[sz]"],
  ["bring", "bring"],
);

const removal = new RegExp(
  String.raw`\b(?:${removing}|unused|obsolete|dead code|no longer (?:need|use|exist|support)\w*|nobody uses)\b`,
  "gi",
);
const move = new RegExp(
  String.raw`\b(?:${moving}|instead of|port (?:it|the|this|from|to|all)|turn\b.{0,60}\binto|table[- ]driven)\b`,
  "gi",
);
const negated = /(?:n['’]t|\bnot|\bnever|\bwithout|\bavoid|\binstead of|\brather than)\W+(?:\w+\W+){0,2}$/i;

const asks = (words: string, pattern: RegExp): boolean =>
  [...words.matchAll(pattern)].some(({ index }) => !negated.test(words.slice(Math.max(0, index - 40), index)));

export const asksToRemove = (work: JudgedWork): boolean => asks(wordsOf(work), removal);

export const asksToMove = (work: JudgedWork): boolean => asks(wordsOf(work), move);

export const asksToRemoveOrMove = (work: JudgedWork): boolean => asksToRemove(work) || asksToMove(work);

/** "Remove the unused module slug" names `slug`; "remove the dash in slug" does not ask for its end. */
export function asksToRemoveThing(work: JudgedWork, path: string): boolean {
  const stem = stemOf(path);
  if (wordsOf(work).includes(nameOf(path))) return asksToRemoveOrMove(work);
  if (stem.length < 3) return false;
  const parts = stem.split(/[-_ ]+/u).map((part) => part.replaceAll(/[^\p{L}\p{N}]/gu, ""));
  const object = String.raw`(?:(?!(?:in|from|of|to|by|at|on|for|when|with|so|that|if)\b)[\w./\x60"'-]+\s+){0,5}?[\x60"'\w./-]*${parts.join("[-_ ]?")}`;
  return asks(wordsOf(work), new RegExp(String.raw`\b(?:${removing}|nobody uses)\s+${object}`, "gi"));
}

/** Whether the task says this file's name, with or without what stands around it. */
export function namesFile(work: JudgedWork, path: string): boolean {
  const words = wordsOf(work).toLowerCase();
  const stem = stemOf(path).replaceAll(/[^\p{L}\p{N}]+/gu, "[-_ ]?");
  return words.includes(nameOf(path).toLowerCase()) || (stem.length >= 3 && new RegExp(`\\b${stem}`, "i").test(words));
}

const between = String.raw`\s+(?:[\w\x60"'/*.-]+\s+){0,5}?`;
const aboutTests = new RegExp(
  String.raw`\b(?:${removing}|${moving})${between}(?:\w+[-_ ])?(?:tests?|specs?|test (?:file|case|suite)s?|suites?|\S*(?:\.test\.|\.spec\.|_test\.|test_)\S*)\b`,
  "gi",
);
const skipping = new RegExp(
  String.raw`\b(?:${forms(["skip", "skipp"], ["disable", "disabl"], ["ignore", "ignor"], ["quarantine", "quarantin"])})${between}(?:tests?|specs?|suites?|cases?)\b|\b(?:flaky|xfail|quarantin\w*)\b|@(?:Disabled|Ignore)\b|\bt\.Skip\b|\b(?:it|test|describe)\.skip\b|#\[ignore`,
  "gi",
);

/** Tests are the thing that is to go, or to stand elsewhere. */
export const asksToRemoveTests = (work: JudgedWork): boolean => asks(wordsOf(work), aboutTests);

export const asksToSkipTests = (work: JudgedWork): boolean => asks(wordsOf(work), skipping);

/** Tests are what is to be worked on. */
export const asksForTests = (work: JudgedWork): boolean =>
  /\b(?:tests?|specs?|coverage|suites?|expectations?|assertions?|snapshots?|fixtures?|mocks?)\b/i.test(wordsOf(work));

/** Stops and line breaks end one; a dot inside a name does not. */
export const sentences = (text: string): readonly string[] =>
  text
    .split(/(?<=[.!?;])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
