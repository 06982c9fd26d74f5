import { addedOf, removedOf, wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import { isCode, isForTests, isProse } from "../judged-work/path-kinds.ts";
import { asksForTests, asksToRemove } from "./asked-for.ts";
import { tokens } from "./off-limits.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isAssertion, isComment } from "./test-cases.ts";

const aboutWords =
  /\b(?:comment|document|docs?|docstring|jsdoc|typo|spelling|wording|license|licence|header|format|whitespace|indent|blank|todo|annotat|describe|explain|example|deprecat|readme|lint|pragma|explan|pretty|prettier)/i;

/**
 * A task about code after which only comments, imports or the layout differ, or only a document, or after which only the tests
 * were made to fit.
 */
export function withoutSubstance(work: JudgedWork): readonly RuleFinding[] {
  const { changes } = work;
  if (changes.length > 0 && changes.every(({ path }) => isProse(path) && !isCode(path))) return onlyProse(work);
  const isAboutCode =
    changes.length > 0 &&
    changes.every((file) => isCode(file.path) && file.text !== undefined && file.kind !== "symlink");
  if (!isAboutCode) return [];
  return [...onlyComments(work), ...onlyLayout(work), ...onlyTests(work)];
}

function onlyComments(work: JudgedWork): readonly RuleFinding[] {
  const lines = work.changes.flatMap((file) => [...addedOf(file).map(({ text }) => text), ...removedOf(file)]);
  const [first] = work.changes;
  const isEmpty = lines.length > 0 && lines.every((line) => line.trim() === "" || isComment(line));
  if (!isEmpty || first === undefined || aboutWords.test(wordsOf(work)) || asksToRemove(work)) return [];
  const message = `Only comments and blank lines were changed, in ${first.path} for one. The code does what it did before.`;
  return [{ code: "no-substance", path: first.path, message }];
}

const aboutProse =
  /\b(?:docs?|document\w*|readme|guide|handbook|chapter|changelog|release notes|notes?|plan|report|analy[sz]\w*|review|investigat\w*|research|summar\w*|translat\w*|describ\w*|explain\w*|write[- ]?up|adr|proposal|spec(?:ification)?|text|wording|typo|page|section|list)\b|\.(?:md|mdx|rst|adoc|txt|html?)\b/i;

/** Notes or a plan, where the task names programs and speaks of no document. */
function onlyProse(work: JudgedWork): readonly RuleFinding[] {
  const words = wordsOf(work);
  const [first] = work.changes;
  const names = tokens(words).filter((path) => isCode(path) && !work.task.contextFiles.includes(path));
  if (
    first === undefined ||
    names.length === 0 ||
    aboutProse.test(words) ||
    work.task.expectedOutputs.includes(first.path)
  )
    return [];
  const message = `Only ${first.path} was written, and the task is about ${names[0] ?? "code"}. Do the work itself.`;
  return [{ code: "no-substance", path: first.path, message }];
}

const isImport = (line: string): boolean =>
  /^\s*(?:import\s+["'{*\w].*|from\s+[\w.]+\s+import\b.*|(?:const|let|var)\s+[\w{},\s:]+=\s*(?:require)\([^)]*\);?|use\s+[\w:{}, *]+;|#include\s*[<"].*|using\s+[\w.]+;|(?:require|require_relative)\s+["'].*)$/.test(
    line,
  );

const aboutLayout =
  /\b(?:imports?|modules?|dependenc\w*|quot\w*|semicolons?|indent\w*|format\w*|prettier|black|lint\w*|style|tidy|clean\w*|layout|line (?:length|ends?|endings?|breaks?)|whitespace|spaces?|blanks?|tabs?|sort|order|organi[sz]e|wrap|rename\w*|move[sd]?|trailing|crlf|eslint|ruff|flake8|rustfmt|gofmt)\b/i;

/** The same signs in the same order, but for blanks, quotation marks and what formatters add; or imports of what nobody uses. */
function onlyLayout(work: JudgedWork): readonly RuleFinding[] {
  const [first] = work.changes;
  if (first === undefined || aboutLayout.test(wordsOf(work)) || aboutWords.test(wordsOf(work))) return [];
  const isSame = work.changes.every(
    (file) => file.status === "modified" && (isLayout(file) || onlyImportsAdded(file)) && addedOf(file).length > 0,
  );
  if (!isSame) return [];
  const message = `Only imports or the layout were changed, in ${first.path} for one. The code does what it did before.`;
  return [{ code: "no-substance", path: first.path, message }];
}

/** Where indentation says what belongs together, it is more than layout; and so is a blank inside of a text. */
function isLayout({ path, text }: ChangedFile): boolean {
  if (
    text === undefined ||
    /\.(?:py|ya?ml|hs|nim|coffee|sh|bash|sql|pug|sass)$/.test(path) ||
    text.before === text.after
  )
    return false;
  const signs = (code: string): string => code.replaceAll(/\s+|[;,()]/g, "").replaceAll(/["'`]/g, '"');
  const texts = (code: string): string =>
    (code.match(/"[^"\n]*"|'[^'\n]*'|`[^`]*`/g) ?? []).map((one) => one.slice(1, -1)).join("|");
  return signs(text.before) === signs(text.after) && texts(text.before) === texts(text.after);
}

function onlyImportsAdded(file: ChangedFile): boolean {
  const lines = [...addedOf(file).map(({ text }) => text), ...removedOf(file)].filter((line) => line.trim() !== "");
  return lines.length > 0 && removedOf(file).every((line) => line.trim() === "") && lines.every(isImport);
}

function onlyTests(work: JudgedWork): readonly RuleFinding[] {
  const touched = work.changes.filter((file: ChangedFile) => file.status === "modified" && expectsOtherwise(file));
  const [first] = touched;
  if (
    first === undefined ||
    !work.changes.every(({ path }) => isForTests(path)) ||
    asksForTests(work) ||
    isTidying(work)
  )
    return [];
  const message = `The tests were made to fit, in ${first.path} for one, and the code was not changed. Mend the code.`;
  return [{ code: "tests-weakened", path: first.path, message }];
}

/** What it expects differs in more than its layout. */
function expectsOtherwise(file: ChangedFile): boolean {
  const plain = (line: string): string => line.replaceAll(/[\s"'`,;()]/g, "");
  const after = new Set(addedOf(file).map(({ text }) => plain(text)));
  return removedOf(file).some((line) => isAssertion(line) && !after.has(plain(line)));
}

const isTidying = (work: JudgedWork): boolean =>
  /\b(?:\w*lint\w*|flake8|ruff|prettier|biome|format\w*|style|ci|types?|typing|findings|warnings|tidy|clean\w*)\b/i.test(
    wordsOf(work),
  );
