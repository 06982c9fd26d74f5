import type { StageVerdict } from "./quality-report.ts";
import { judgedStage, unjudgedStage, withSeverity, type QualitySettings } from "./quality-settings.ts";
import type { RuleFinding } from "./rules/quality-rules.ts";
import { isCode, nameOf } from "./judged-work/path-kinds.ts";
import { wordsOf, type JudgedWork } from "./judged-work/changed-file.ts";

/** Are the expected outputs more than names? That they are there is the validation's to say. */
export function judgeOutputs(work: JudgedWork, settings: QualitySettings): StageVerdict {
  const limits = settings.stages["outputs"];
  const { expectedOutputs } = work.task;
  if (expectedOutputs.length === 0) return unjudgedStage("outputs", "The task names no expected outputs.", limits);
  const hollow = [...expectedOutputs.flatMap((path) => hollowness(path, work)), ...untouched(work)];
  const score = Math.max(0, 1 - hollow.length / expectedOutputs.length);
  return judgedStage("outputs", { score, findings: withSeverity(hollow, settings) }, limits);
}

/** Names that stand for something without any content. */
const mayBeEmpty =
  /^(?:\.(?:git)?keep|\.nojekyll|__init__\.py|py\.typed|\.npmignore|\.gitignore|\.gitmodules|CNAME|empty.*|.*\.(?:touch|stamp|lock|done))$/i;

function hollowness(path: string, work: JudgedWork): readonly RuleFinding[] {
  const file = work.changes.find((change) => change.path === path);
  if (file?.text === undefined || file.kind === "symlink" || mayBeEmpty.test(nameOf(path))) return [];
  if (/\bempty\b|\bblank\b|\bplaceholder|\bstub/i.test(wordsOf(work))) return [];
  const content = file.text.after;
  if (content.trim() === "") return [found(path, "is empty")];
  if (isCode(path) && isNoOperation(content)) return [found(path, "does nothing")];
  return isPlaceholder(content) ? [found(path, "holds nothing but a placeholder")] : [];
}

/** That they are there may be as it was before. One of them should differ; which ones, the task has to know. */
function untouched({ task, changes }: JudgedWork): readonly RuleFinding[] {
  const isTouched = ({ path }: { readonly path: string }): boolean =>
    task.expectedOutputs.some((output) => path === output || path.startsWith(`${output.replace(/\/$/, "")}/`));
  if (changes.length === 0 || changes.some(isTouched)) return [];
  const message = `None of the expected files was changed: ${task.expectedOutputs.slice(0, 5).join(", ")}.`;
  return [{ code: "output-untouched", message }];
}

const found = (path: string, what: string): RuleFinding => ({
  code: "output-empty",
  path,
  message: `The expected file ${path} ${what}. Write what belongs there.`,
});

/** What a program says that is to do nothing. */
const isNoOperation = (content: string): boolean =>
  /^(?:(?:begin|commit)\s*;\s*|select\s+(?:1|null|''|true)\s*;?\s*|:|true|exit 0|pass|return;?)+$/i.test(
    content.replaceAll(/^\s*(?:--|#|\/\/).*$/gm, "").trim(),
  );

const promise =
  /\b(?:todo|tbd|fixme|placeholder|coming soon|to be (?:written|done|added|implemented|completed|filled)|lorem ipsum|content goes here|implement me|work in progress|wip|not (?:yet )?(?:implemented|written)|your (?:code|content|text) here|implementation (?:goes )?here)\b/i;

/** Titles, comments and empty shells: besides them there is only the promise of a content. */
function isPlaceholder(content: string): boolean {
  const lines = content
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const substance = lines.filter((line) => !promise.test(line) && !isShell(line));
  return substance.length === 0 && promise.test(content);
}

const isShell = (line: string): boolean =>
  /^(?:#.*|\/\/.*|\/?\*.*|<!--.*|--.*|export \{\};?|["']use strict["'];?|pass|\.\.\.|[{}()[\];,]*|<\/?\w+[^>]*>|package \w+|module\.exports = \{\};?)$/.test(
    line,
  );
