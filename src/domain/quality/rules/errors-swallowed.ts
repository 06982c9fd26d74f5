import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** Words of a task after which nothing, or another value, in place of an error may be what was wanted. */
const wantsTolerance =
  /\b(?:ignor|swallow|suppress|best[- ]effort|fall(?:s|ing)?[- ]?back|default|tolera|optional|gracefull|silent|skip|malformed|unreadable|corrupt|invalid|missing|unavailable|absent|offline|(?:must|should|may|can|do|does)(?: not|n['’]t) (?:throw|raise|fail|crash|stop|abort)|never (?:throw|raise|fail|crash)s?|(?:return|give|yield|answer)s? (?:with )?[`"']?(?:none|null|undefined|nil|false|nothing|empty|\[\]|\{\}|""|-1|0)\b|(?:may|might|can|allowed to) fail\b|catch|try\/except)/i;

/** After which nothing tells what went wrong. */
const nothing = String.raw`(?:pass|continue|\.\.\.|(?:return|yield)(?:\s+(?:None|null|undefined|nil|False|false|True|true|0|-1|""|''|\[\]|\{\}|\(\)))?)\s*;?`;
const python = new RegExp(
  String.raw`^[ \t]*except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:[ \t]*(?:#.*)?(?:\n[ \t]*(?:#.*)?)*?\n?[ \t]*${nothing}[ \t]*(?:#.*)?$`,
  "gm",
);
const braces = new RegExp(
  String.raw`\bcatch\s*(?:\(\s*(?:final\s+)?(?:(?:Exception|Throwable|RuntimeException|\\?Exception)\s+)?\$?\w*(?:\s*:\s*(?:any|unknown))?\s*\))?\s*\{\s*(?:\/\/[^\n]*\s*|\/\*[^*]*\*\/\s*)*(?:${nothing}\s*)?\}`,
  "g",
);
const ruby =
  /^[ \t]*rescue(?:\s+(?:StandardError|Exception))?(?:\s*=>\s*\w+)?[ \t]*\n[ \t]*(?:nil|false|return(?: nil)?|#.*)?[ \t]*\n?[ \t]*end\b/gm;

/**
 * What went wrong before, put behind a handler that says nothing: the crash is gone, and so is what the task asked for. Only
 * where old lines were put into the handler; new code may know what it does, and a task may ask for it.
 */
export function errorsSwallowed(work: JudgedWork): readonly RuleFinding[] {
  if (wantsTolerance.test(wordsOf(work))) return [];
  return work.changes
    .filter((file) => file.status === "modified" && isCode(file.path) && !isForTests(file.path))
    .flatMap((file): readonly RuleFinding[] => {
      const number = swallowedAt(file);
      if (number === undefined) return [];
      const message = `${file.path}:${number} hides every error, and the task does not ask for that. Mend what causes it, and let the rest be seen.`;
      return [{ code: "errors-swallowed", path: file.path, message }];
    });
}

function swallowedAt(file: ChangedFile): number | undefined {
  if (/\.(?:sh|bash|zsh)$/.test(file.path)) return silencedAt(file);
  const { after = "", before = "" } = file.text ?? {};
  const had = handlers(before).length;
  const found = handlers(after);
  if (found.length <= had) return undefined;
  const fresh = new Set(addedOf(file).map(({ number }) => number));
  const first = found.find((number) => fresh.has(number));
  return first !== undefined && wrapsOldLines(file, first) ? first : undefined;
}

/** What is to go may be gone already. */
const cleanUp =
  /^\s*(?:sudo\s+)?(?:rm|rmdir|kill|pkill|umount|mkdir|docker (?:rm|rmi|stop|network|volume)|systemctl stop)\b/;

/** A command that could fail before, and now ends well whatever happens; or a script that no longer stops at what fails. */
function silencedAt(file: ChangedFile): number | undefined {
  const before = removedOf(file).map((line) => line.trim());
  const silenced = addedOf(file).find(
    ({ text }) =>
      /\|\|\s*(?:true|:|exit 0|echo)\b|\|\|\s*:\s*$/.test(text) &&
      !cleanUp.test(text) &&
      before.some((line) => line.length > 6 && text.trim().startsWith(line)),
  );
  if (silenced !== undefined) return silenced.number;
  const stops = /^\s*set -\w*e\w*|^#!.*\s-\w*e/;
  const isLost =
    before.some((line) => stops.test(line)) && !(file.text?.after ?? "").split("\n").some((line) => stops.test(line));
  return isLost ? 1 : undefined;
}

/** Their lines, 1-based. */
const handlers = (text: string): readonly number[] =>
  [python, braces, ruby].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ index }) => text.slice(0, index).split("\n").length),
  );

/** Between `try` and the handler stands a line that was there before. */
function wrapsOldLines(file: ChangedFile, handler: number): boolean {
  const lines = (file.text?.after ?? "").split("\n").slice(0, handler);
  const from = lines.findLastIndex((line) => /\btry\b|\bbegin\b/.test(line));
  const old = new Set([...removedOf(file), ...(file.text?.before ?? "").split("\n")].map((line) => line.trim()));
  return from !== -1 && lines.slice(from + 1, -1).some((line) => line.trim().length > 6 && old.has(line.trim()));
}
