import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import { asksToRemoveOrMove } from "./asked-for.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** Files that end in the middle, no longer parse, or have lost most of what they held. */
export function brokenFiles(work: JudgedWork): readonly RuleFinding[] {
  const files = work.changes.filter(({ status }) => status !== "deleted");
  return [
    ...files.flatMap(truncated),
    ...(asksToRemoveOrMove(work) ? [] : files.flatMap((file) => gutted(file, work))),
  ];
}

function truncated(file: ChangedFile): readonly RuleFinding[] {
  const { path, text } = file;
  if (text === undefined || text.after.trim() === "") return [];
  if (isStrictJson(path)) return brokenJson(file);
  const isCut = isCode(path) && endsInTheMiddle(path, text.after) && !endsInTheMiddle(path, text.before);
  if (!isCut) return [];
  return [{ code: "file-truncated", path, message: `${path} ends in the middle of something. Write the whole file.` }];
}

/** Editors' and compilers' settings may hold comments. */
const isStrictJson = (path: string): boolean =>
  path.endsWith(".json") &&
  !/(?:^|\/)(?:[tj]sconfig|deno|devcontainer|\.eslintrc|\.swcrc|\.babelrc|settings|launch|tasks|extensions|turbo|biome|api-extractor)[^/]*\.json$/.test(
    path,
  ) &&
  !isForTests(path);

function brokenJson({ path, text }: ChangedFile): readonly RuleFinding[] {
  if (text === undefined || isJson(text.after)) return [];
  if (text.before !== "" && !isJson(text.before)) return [];
  return [{ code: "file-truncated", path, message: `${path} is no valid JSON. Write the whole file.` }];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const braced = /\.(?:[cm]?[jt]sx?|go|rs|java|kt|scala|cs|cpp|cc|c|h|hpp|php|swift|dart|groovy|css|scss)$/;

const isScript = /\.(?:[cm]?[jt]sx?|php|dart|css|scss)$/;

/** Brackets are open, and the last line is not one that a file could end with. */
function endsInTheMiddle(path: string, text: string): boolean {
  const end = text.trimEnd();
  const last = end.slice(end.lastIndexOf("\n") + 1);
  if (path.endsWith(".py")) return endsInPython(end, last);
  if (!braced.test(path) || openBrackets(end, isScript.test(path) ? "script" : "other") <= 0) return false;
  return !/^\s*[})\]]+[;,)]*$/.test(last) || /^\s/.test(last);
}

/** A head without a body, an open bracket in the last line, or an operator without its second half. */
function endsInPython(text: string, last: string): boolean {
  const line = last.replace(/\s+#.*$/, "");
  if (/^\s*#/.test(last) || /"""|'''/.test(last)) return false;
  if (/^\s*(?:def|class|if|elif|else|for|while|try|except|finally|with|async)\b.*:$/.test(line)) return true;
  const isOpen = openBrackets(text, "python") > 0;
  return isOpen && (openBrackets(last, "python") > 0 || /[,=+]$/.test(line));
}

/** How many brackets are not closed; texts, comments and patterns don't count. Rough: it only has to see that a file was cut. */
function openBrackets(text: string, language: Language): number {
  const bare = text.replaceAll(noCode[language], "");
  return (bare.match(/[([{]/g) ?? []).length - (bare.match(/[)\]}]/g) ?? []).length;
}

type Language = "script" | "python" | "other";

/** From left to right, so that a quotation mark in a comment begins no text. */
const noCode: Readonly<Record<Language, RegExp>> = {
  script:
    /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=(?:^|[=(,:;!&|?{}[]|return|=>)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gm,
  python: /"""[\s\S]*?"""|'''[\s\S]*?'''|#.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
  other: /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.[^'\n]*|[^'\\\n])'|`[^`]*`/g,
};

const fewestLines = 12;

/** Most of a file is gone, hardly anything came in its place, and it stands nowhere else. */
function gutted(file: ChangedFile, { changes, task }: JudgedWork): readonly RuleFinding[] {
  const { path, status, text } = file;
  if (status !== "modified" || text === undefined || !isLookedAt(path, task)) return [];
  const removed = removedOf(file).filter(isSubstance);
  const added = addedOf(file).filter((line) => isSubstance(line.text));
  const before = text.before.split("\n").filter(isSubstance);
  if (removed.length < fewestLines || removed.length < before.length * 0.6 || added.length > removed.length * 0.35)
    return [];
  const elsewhere = new Set(
    changes
      .filter((other) => other !== file)
      .flatMap(addedOf)
      .map((line) => line.text.trim()),
  );
  const moved = removed.filter((line) => elsewhere.has(line.trim()));
  if (moved.length > removed.length * 0.4) return [];
  const message = `${removed.length} of ${before.length} lines of ${path} are gone, and the task does not ask for that. Bring back what belongs there.`;
  return [{ code: "file-gutted", path, message }];
}

/** Guides and data are shortened more often than programs. */
const isLookedAt = (path: string, { expectedOutputs }: JudgedWork["task"]): boolean =>
  isCode(path) || expectedOutputs.includes(path) || /(?:^|\/)(?:README|CHANGELOG)\b/.test(path);

const isSubstance = (line: string): boolean => /[\p{L}\p{N}]/u.test(line);
