import { wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** Work on names or on the layout, where nothing else is to differ. */
const aboutNames =
  /\b(?:renam\w*|nam(?:e|es|ed|ing)|call(?:ed)?|identifiers?|spelling|spell\w*|typos?|conventions?|snake|camel\w*|pascal\w*|lint\w*|shadow\w*|readab\w*|clean\w*|tidy|style|format\w*|obfuscat\w*|minif\w*|terminology|wording|consisten\w*)\b/i;

/** A task about something else after which the code says the same under other names. */
export function onlyRenamed(work: JudgedWork): readonly RuleFinding[] {
  const words = wordsOf(work);
  const files = work.changes.filter(({ path }) => isCode(path));
  const [first] = files;
  if (first === undefined || files.length < work.changes.length || aboutNames.test(words)) return [];
  if (files.every(({ path }) => isForTests(path))) return [];
  const renamed = files.map(renamedNames);
  if (renamed.includes(undefined)) return [];
  const wordsIn = new Set(words.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const names = renamed.flatMap((one) => [...(one ?? [])]);
  if (names.length === 0 || names.some((name) => wordsIn.has(name))) return [];
  const message = `Only names were changed, in ${first.path} for one (${names.slice(0, 3).join(", ")}). The code does what it did before.`;
  return [{ code: "no-substance", path: first.path, message }];
}

/** Its new names, where nothing else is different; `undefined` where something is. */
function renamedNames({ status, kind, text, path }: ChangedFile): ReadonlySet<string> | undefined {
  if (status !== "modified" || kind === "symlink" || text === undefined) return undefined;
  const [before, after] = [tokensOf(text.before, path), tokensOf(text.after, path)];
  if (before.length !== after.length) return undefined;
  const [forth, back] = [new Map<string, string>(), new Map<string, string>()];
  for (const [index, old] of before.entries()) {
    const now = after[index] ?? "";
    if (isName(old) !== isName(now) || (!isName(old) && old !== now)) return undefined;
    if ((forth.get(old) ?? now) !== now || (back.get(now) ?? old) !== old) return undefined;
    forth.set(old, now);
    back.set(now, old);
  }
  const changed = [...forth].filter(([old, now]) => old !== now);
  const [oldNames, newNames] = [declared(text.before), declared(text.after)];
  const isOwn = changed.every(([old, now]) => oldNames.has(old) && newNames.has(now));
  return isOwn ? new Set(changed.map(([, now]) => now)) : undefined;
}

const isName = (token: string): boolean => /^[\p{L}_$]/u.test(token);

const comments = /(?<=^|\s)\/\*[\s\S]*?\*\/|(?<![:"'\w])\/\/[^\n]*/gm;
const hashComments = /(?<=^|\s)#(?![![])[^\n]*/gm;
const dashComments = /(?<=^|\s)--\s[^\n]*/gm;
const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|[^\s\w]/gu;

/** What a reader of the language sees: no comments, no blanks but those at the beginning of a line where they mean something. */
function tokensOf(code: string, path: string): readonly string[] {
  const bare = code.replaceAll(comments, "");
  if (/\.(?:py|rb|sh|bash|bats|zig|pl|r|jl|ex|exs)$/.test(path)) {
    const plain = bare.replaceAll(hashComments, "").replaceAll(/\n\s*(?=\n)/g, "");
    return path.endsWith(".py") ? plain.split("\n").flatMap(indentedTokens) : (plain.match(token) ?? []);
  }
  return (path.endsWith(".sql") ? bare.replaceAll(dashComments, "") : bare).match(token) ?? [];
}

const indentedTokens = (line: string): readonly string[] => [
  `>${/^\s*/.exec(line)?.[0].length ?? 0}`,
  ...(line.match(token) ?? []),
];

const declarations: readonly RegExp[] = [
  /\b(?:const|let|var|mut|static|function\*?|class|def|fn|func|type|interface|struct|enum|trait|module|val)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu,
  /(?:^|[\n;{(,]|\bfor\b)\s*([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::=|=(?![=>])|\bin\b|,[^\n;]*:=)/gu,
];
const lists =
  /(?:\b(?:function\*?|def|fn|func|lambda)\b[^\n(:]*\(?|\b(?:const|let|var)\s*[[{])([^)\]}:\n]*)|\(([^()]*)\)\s*(?::[^\n=]*)?=>|([\p{L}_$][\p{L}\p{N}_$]*)\s*=>/gu;

/** Names that the file itself brings in: only those may be called otherwise without a difference. */
function declared(code: string): ReadonlySet<string> {
  const single = declarations.flatMap((pattern) => [...code.matchAll(pattern)].map(({ 1: name = "" }) => name));
  const listed = [...code.matchAll(lists)].flatMap(([, ...parts]) => parts.join(" ").split(/[^\p{L}\p{N}_$]+/u));
  return new Set([...single, ...listed]);
}
