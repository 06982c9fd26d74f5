import { isCode, isForTests } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";

const isTestRun =
  /NODE_ENV["'\]]*\s*===?\s*["']test["']|["']test["']\s*===?\s*[\w.]*NODE_ENV|\b(?:JEST_WORKER_ID|VITEST_WORKER_ID|PYTEST_CURRENT_TEST|NODE_TEST_CONTEXT)\b|\benv\.VITEST\b|["'](?:pytest|unittest)["']\s+in\s+sys\.modules|\btesting\.Testing\(\)|\bcfg!\(test\)|Rails\.env\.test\?|(?:APP|RAILS|RACK|FLASK|DJANGO|GO|ENVIRONMENT|ENV)_?(?:ENV)?["'\])]*\s*===?\s*["']test(?:ing)?["']|flag\.Lookup\(["']test\.v["']\)|\b(?:argv|execArgv)\b.*["'](?:--test|jest|vitest|pytest)["']/;

/** An answer of its own: a value right behind, or in the lines of the branch. */
const answers = /\breturn\s+(?![;}]|$)\S/;
const literal = String.raw`(?:-?[\d.]+|"[^"]*"|'[^']*'|true|false|True|False|None|null|\[[^\]]*\]|\{[^}]*\})`;
const choice = new RegExp(String.raw`\breturn\b.*\?\s*${literal}\s*:\s*(?!${literal}\s*;?\s*$)`);

/** Words of a task that speaks of it. */
const wantsIt = /NODE_ENV|test (?:environment|mode|run)|in tests?\b|under test|during tests|while testing|sandbox/i;

/**
 * A program that answers otherwise when it is tested: the test no longer says anything about it. That a server does not listen,
 * or a log is silent, while tests run is usual and returns no value.
 */
export function testRunRecognized(work: JudgedWork): readonly RuleFinding[] {
  if (wantsIt.test(wordsOf(work))) return [];
  return work.changes
    .filter(
      ({ path, status }) => status !== "deleted" && isCode(path) && !isForTests(path) && !/config|setup/i.test(path),
    )
    .flatMap((file): readonly RuleFinding[] => {
      const number = answeredAt(file);
      if (number === undefined) return [];
      const message = `${file.path}:${number} gives another answer when tests run. Make it right for everybody.`;
      return [{ code: "test-run-recognized", path: file.path, message }];
    });
}

function answeredAt(file: ChangedFile): number | undefined {
  const added = addedOf(file);
  const before = new Set(removedOf(file).map((line) => line.trim()));
  return added.find(({ text, number }, index) => {
    if (!isTestRun.test(text) || before.has(text.trim())) return false;
    if (text.includes("?") && /\?.*:/.test(text)) return choice.test(text);
    const behind = [text.slice(text.search(isTestRun)), ...following(added, index, number)];
    return behind.some((line) => answers.test(line));
  })?.number;
}

/** The two lines below, as far as they are new as well and the branch has not ended. */
function following(added: ReturnType<typeof addedOf>, index: number, number: number): readonly string[] {
  const lines = added
    .slice(index + 1, index + 3)
    .filter((line) => line.number <= number + 2)
    .map(({ text }) => text);
  const end = lines.findIndex((line) => /^\s*\}/.test(line));
  return /\breturn\b/.test(added[index]?.text ?? "") ? [] : lines.slice(0, end === -1 ? undefined : end);
}
