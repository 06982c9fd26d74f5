import { addedOf, wordsOf, type AddedLine, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import { tokens } from "./off-limits.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isComment } from "./test-cases.ts";

/** What the change brings in to be seen, and nothing reads, calls or switches on. */
export function neverUsed(work: JudgedWork): readonly RuleFinding[] {
  const files = work.changes.filter(({ path, text }) => !(isCode(path) && isForTests(path)) && text !== undefined);
  return [...files.flatMap((file) => inFile(file, work)), ...besideTheTask(work)];
}

function inFile(file: ChangedFile, work: JudgedWork): readonly RuleFinding[] {
  const code = withoutComments(file.text?.after ?? "");
  const looks = isCode(file.path) ? [discarded, unread, switchedOff, ignoredParameter] : [unusedMatrix];
  return looks.flatMap((look) => {
    const what = look({ code, added: addedOf(file), words: wordsOf(work) });
    if (what === undefined) return [];
    const message = `In ${file.path} ${what}. Finish what was begun, or leave it out.`;
    return [{ code: "never-used" as const, path: file.path, message }];
  });
}

type Look = { readonly code: string; readonly added: readonly AddedLine[]; readonly words: string };

const withoutComments = (code: string): string =>
  code
    .replaceAll(/(?<=^|\s)\/\*[\s\S]*?\*\//gm, "")
    .split("\n")
    .map((line) => (isComment(line) ? "" : line.replace(/\s(?:\/\/|#)\s.*$/, "")))
    .join("\n");

const usesOf = (code: string, name: string): number =>
  code.match(new RegExp(String.raw`(?<![\w$])${escaped(name)}(?![\w$])`, "g"))?.length ?? 0;

const escaped = (name: string): string => name.replaceAll("$", String.raw`\$`);

const drop = /^\s*(?:_ = |let _ = &?|void )([a-z]\w*);?\s*$/;

/** A parameter that was taken only to be thrown away: the caller believes that it is heeded. */
function discarded({ code, added }: Look): string | undefined {
  const names = added.flatMap(({ text }) => drop.exec(text)?.[1] ?? []);
  const isParameter = (name: string): boolean =>
    new RegExp(String.raw`\b(?:func|fn|function|def)\b[^\n]*[(,]\s*(?:mut )?${escaped(name)}\b`).test(code);
  const name = names.find((one) => usesOf(code, one) === 2 && isParameter(one));
  return name === undefined ? undefined : `\`${name}\` is taken and thrown away`;
}

const collection =
  /^\s*(?:(?:export\s+)?(?:const|let|var)\s+)?([A-Za-z_$][\w$]*)\s*(?::[^=\n]+)?=\s*(?:\{\s*\}|\[\s*\]|new (?:Weak)?(?:Map|Set)(?:<[^\n]*>)?\(\)|dict\(\)|set\(\)|list\(\))\s*;?\s*$/;

/** A collection that is filled and never read. What is exported may be read elsewhere. */
function unread({ code, added }: Look): string | undefined {
  const names = added.flatMap(({ text }) => (text.includes("export") ? [] : (collection.exec(text)?.[1] ?? [])));
  const name = names.find((one) => {
    const fills = new RegExp(
      String.raw`(?<![\w$.])${escaped(one)}(?:\[[^\]\n]*\]\s*=(?!=)|\.(?:set|add|push|append)\()`,
      "g",
    );
    const filled = code.match(fills)?.length ?? 0;
    return filled > 0 && usesOf(code, one) === filled + 1;
  });
  return name === undefined ? undefined : `\`${name}\` is filled and never read`;
}

const constant =
  /^\s*(?:(?:const|let|var|static|final)\s+(?:(?:mut|bool|boolean)\s+)?|(?=[A-Z][A-Z0-9_]+\s*=)|(?=\w+\s*:=))([A-Za-z_]\w*)\s*(?::\s*\w+)?\s*:?=\s*(?:false|False)\s*;?\s*$/;

/** New code behind a condition that is always false, where nobody asked for a switch. */
function switchedOff({ code, added, words }: Look): string | undefined {
  if (/\b(?:flags?|switch\w*|toggl\w*|opt[- ]?in|disabl\w*|default|feature|experimental|off)\b/i.test(words))
    return undefined;
  const names = added.flatMap(({ text }) => constant.exec(text)?.[1] ?? []);
  const name = names.find((one) => {
    const guards = new RegExp(String.raw`\bif\b\s*\(?\s*${escaped(one)}\s*(?:&&|and\b|\)|:|\{)`, "g");
    const guarded = code.match(guards)?.length ?? 0;
    return guarded > 0 && usesOf(code, one) === guarded + 1;
  });
  return name === undefined ? undefined : `\`${name}\` is false and switches the new code off`;
}

const signature = /(?:\bfunction\b[^(\n]*|\bdef\s+\w+|\bfunc\b[^(\n]*|\bfn\s+\w+|=)\s*\(([^)\n]*)\)/g;

/** The task speaks of it, the signature has it, and that is all. */
function ignoredParameter({ code, added, words }: Look): string | undefined {
  const listed = added.flatMap(({ text }) => [...text.matchAll(signature)].map(({ 1: list = "" }) => list));
  const names = listed.flatMap((list) => list.match(/(?<![\w.:$"'])[a-z][A-Za-z0-9]{2,}(?=\s*(?:[,})=:]|$))/g) ?? []);
  const name = names.find((one) => usesOf(code, one) === 1 && usesOf(words, one) > 0);
  return name === undefined ? undefined : `the parameter \`${name}\` is not used, and the task asks for it`;
}

/** Jobs that differ in nothing. */
function unusedMatrix({ code, added }: Look): string | undefined {
  if (!/^jobs:/m.test(code) || !added.some(({ text }) => /^\s*matrix:/.test(text))) return undefined;
  return /\bmatrix\./.test(code) ? undefined : "a matrix is declared and no step uses it";
}

/** "createOrder() in src/orders.ts": what is there already is to do something else. */
const functionIn = /\w\([^()\n]*\)\x60?\s+(?:in|of|from)\s+\x60?([\w@./-]+\/[\w@.-]+)/g;

/** A function that the task names with its file is as it was, and what was written instead is known to nobody. */
function besideTheTask(work: JudgedWork): readonly RuleFinding[] {
  const words = wordsOf(work);
  const [first] = work.changes;
  const isNew = ({ path, status }: ChangedFile): boolean =>
    status === "added" && isCode(path) && !work.task.expectedOutputs.includes(path) && !words.includes(path);
  const named = [...words.matchAll(functionIn)].flatMap(({ 1: path = "" }) => tokens(path)).filter(isCode);
  const own = work.changes.filter(({ path }) => !isForTests(path));
  if (first === undefined || own.length === 0 || !own.every(isNew) || named.length === 0) return [];
  if (
    /\b(?:new|another|separate|extra) (?:file|module|script|class|package|test)|\b(?:tests?|example|script|benchmark)\b/i.test(
      words,
    )
  )
    return [];
  const message = `${named[0] ?? ""} is as it was, and nothing uses ${own[0]?.path ?? first.path}. Use it where the task asks for it.`;
  return [{ code: "never-used", path: first.path, message }];
}
