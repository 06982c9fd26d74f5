import {
  addedOf,
  removedOf,
  wordsOf,
  type AddedLine,
  type ChangedFile,
  type JudgedWork,
} from "../judged-work/changed-file.ts";
import { holdsTests } from "./tests-deleted.ts";
import { asksToRemoveOrMove, asksToRemoveTests, asksToSkipTests } from "./asked-for.ts";
import type { RuleFinding } from "./quality-rules.ts";
import {
  isAssertion,
  isConditional,
  isFocus,
  isSkip,
  isTableOfCases,
  isTestCase,
  isTrivialAssertion,
  isWeakAssertion,
} from "./test-cases.ts";

/** Tests that still stand there and no longer test. */
export function testsWeakened(work: JudgedWork): readonly RuleFinding[] {
  const tests = work.changes.filter((file) => file.status !== "deleted" && holdsTests(file));
  return tests.flatMap((file) => [
    ...skips(file, work),
    ...focuses(file),
    ...trivial(file),
    ...loosened(file, work),
    ...widened(file, work),
  ]);
}

function skips(file: ChangedFile, work: JudgedWork): readonly RuleFinding[] {
  const added = addedOf(file);
  const found = added.filter(({ text }) => isSkip(text));
  const isMore = found.length > removedOf(file).filter(isSkip).length;
  const [first] = found;
  if (first === undefined || !isMore || asksToSkipTests(work)) return [];
  const around = added.filter(({ number }) => number <= first.number && number >= first.number - 2);
  const place = `${file.path}:${first.number}`;
  if (around.some(({ text }) => isConditional(text)) && !hidesFailure(file, around, work)) {
    return [{ code: "check-weakened", path: file.path, message: `A test is skipped under a condition (${place}).` }];
  }
  const message = `A test is skipped (${place}), and the task does not ask for that. Make it run and pass.`;
  return [{ code: "tests-skipped", path: file.path, message }];
}

/** A test that was there before no longer runs where changes are judged, or nothing but the test was changed. */
function hidesFailure(file: ChangedFile, around: readonly AddedLine[], { changes }: JudgedWork): boolean {
  if (file.status !== "modified" || addedOf(file).some(({ text }) => isTestCase(text))) return false;
  return around.some(({ text }) => /["'.]CI\b/.test(text)) || changes.every(holdsTests);
}

function focuses(file: ChangedFile): readonly RuleFinding[] {
  const found = addedOf(file).find(({ text }) => isFocus(text));
  if (found === undefined) return [];
  const message = `Only some tests run: ${file.path}:${found.number} keeps all others out. Take that away.`;
  return [{ code: "tests-skipped", path: file.path, message }];
}

function trivial(file: ChangedFile): readonly RuleFinding[] {
  const found = addedOf(file).find(({ text }) => isTrivialAssertion(text));
  if (found === undefined) return [];
  const message = `${file.path}:${found.number} asserts something that is always true. Test what the code does.`;
  return [{ code: "tests-weakened", path: file.path, message }];
}

/** Of tests that were there before: assertions that are gone, or that nearly everything fulfils. */
function loosened(file: ChangedFile, work: JudgedWork): readonly RuleFinding[] {
  if (file.status !== "modified") return [];
  const before = removedOf(file).filter(isAssertion);
  const after = addedOf(file)
    .map(({ text }) => text)
    .filter(isAssertion);
  const isSame =
    removedOf(file).filter(isTestCase).length <= addedOf(file).filter(({ text }) => isTestCase(text)).length;
  if (before.length === 0 || !isSame) return [];
  const wasStrict = before.filter((line) => !isWeakAssertion(line)).length;
  const isStrict = after.filter((line) => !isWeakAssertion(line)).length;
  if (after.length === 0 && !asksToRemoveOrMove(work) && !asksToRemoveTests(work)) return [gone(file, before.length)];
  const isLooser = isStrict < wasStrict && after.length - isStrict > before.length - wasStrict;
  if (isLooser && !asksToRemoveTests(work)) return [weaker(file)];
  const isFewer = after.length < before.length && isStrict < wasStrict && !isTable(file) && isLost(before, work);
  if (isFewer && !asksToRemoveOrMove(work) && !asksToRemoveTests(work))
    return [gone(file, before.length - after.length)];
  const message = `What tests in ${file.path} expect was changed.`;
  return after.length === 0 ? [] : [{ code: "expectations-changed", path: file.path, message }];
}

const isTable = (file: ChangedFile): boolean => addedOf(file).some(({ text }) => isTableOfCases(text));

/** Values that were expected are expected nowhere any more. */
function isLost(before: readonly string[], { changes }: JudgedWork): boolean {
  const added = changes
    .flatMap(addedOf)
    .map(({ text }) => text)
    .join("\n");
  const values = before.flatMap((line) => line.match(/"[^"]*"|'[^']*'|\b0x[\w]+|\b\d[\d._]*/g) ?? []);
  return values.some((value) => !added.includes(value));
}

const gone = ({ path }: ChangedFile, count: number): RuleFinding => ({
  code: "tests-weakened",
  path,
  message: `${count === 1 ? "An assertion was" : `${count} assertions were`} taken out of ${path}, and nothing was put in ${count === 1 ? "its" : "their"} place.`,
});

const weaker = ({ path }: ChangedFile): RuleFinding => ({
  code: "tests-weakened",
  path,
  message: `Assertions in ${path} were replaced by ones that nearly every result fulfils. Expect what is right.`,
});

/** More of it lets more pass; of the others, less. */
const distances =
  /\b(?:delta|abs|rel|atol|rtol|abs_tol|rel_tol|epsilon|eps|tolerance|tol|margin)\b["']?\s*[=:]\s*(\d[\d._]*(?:e-?\d+)?)/gi;
const digits =
  /\b(?:places|precision|numDigits)\b\s*[=:]\s*(\d+)|\.toBeCloseTo\([^()]*(?:\([^()]*\))?[^()]*,\s*(\d+)\s*\)/gi;

/** A comparison of numbers that lets more pass than before. */
function widened(file: ChangedFile, work: JudgedWork): readonly RuleFinding[] {
  if (/\btoleran\w*|\bprecis\w*|\bdelta\b|\bapprox\w*|\bepsilon\b|\bround\w*/i.test(wordsOf(work))) return [];
  const before = removedOf(file).join("\n");
  const after = addedOf(file)
    .map(({ text }) => text)
    .join("\n");
  const most = (text: string): number => Math.max(...numbersIn(text, distances));
  const least = (text: string): number => Math.min(...numbersIn(text, digits));
  const isWider = numbersIn(before, distances).length > 0 && most(after) > most(before);
  const isCoarser = numbersIn(before, digits).length > 0 && least(after) < least(before);
  return isWider || isCoarser ? [weaker(file)] : [];
}

const numbersIn = (text: string, pattern: RegExp): readonly number[] =>
  [...text.matchAll(pattern)].map(({ 1: first, 2: second }) => Number((first ?? second ?? "").replaceAll("_", "")));
