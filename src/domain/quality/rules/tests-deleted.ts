import { isTestFile, nameOf, stemOf } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import { asksToRemove, asksToRemoveOrMove, asksToRemoveTests, asksToRemoveThing } from "./asked-for.ts";
import { covers, tokens } from "./off-limits.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isTableOfCases, isTestCase } from "./test-cases.ts";

/** Test files and single tests that are gone, and that nobody asked to take away. A test that moved is not gone. */
export function testsDeleted(work: JudgedWork): readonly RuleFinding[] {
  const elsewhere = testCode(work);
  const files = work.changes.filter((file) => file.status === "deleted" && isTestFile(file.path));
  const gone = files.filter((file) => !hasMoved(file, elsewhere) && !isExcused(work, file));
  return [...gone.map(({ path }) => fileGone(path)), ...casesGone(work)];
}

const fileGone = (path: string): RuleFinding => ({
  code: "tests-deleted",
  path,
  message: `The test file ${path} was deleted, and the task does not ask for that. Bring it back and make the code pass it.`,
});

/** What it tests was to go and is gone, or the task speaks of the tests themselves. */
function isExcused(work: JudgedWork, test: ChangedFile): boolean {
  if (asksToRemoveTests(work) || asksToRemoveThing(work, test.path)) return true;
  if (!asksToRemoveOrMove(work)) return false;
  if (asksToRemove(work) && tokens(wordsOf(work)).some((token) => token.endsWith("/") && covers(token, test.path)))
    return true;
  const isSubjectGone = work.changes.some(
    (file) => file.status === "deleted" && !isTestFile(file.path) && stemOf(file.path) === stemOf(test.path),
  );
  return isSubjectGone || hasNamesake(work, test);
}

/** The same tests under another ending or in another folder, and not many fewer. */
function hasNamesake(work: JudgedWork, test: ChangedFile): boolean {
  const wanted = removedOf(test).filter(isTestCase).length;
  return work.changes.some((file) => {
    const isCalledSo = nameOf(file.path) === nameOf(test.path) || stemOf(file.path) === stemOf(test.path);
    const lines = addedOf(file).map(({ text }) => text);
    const isEnough = lines.filter(isTestCase).length >= wanted * 0.6 || lines.some(isTableOfCases);
    return file.status === "added" && isTestFile(file.path) && isCalledSo && isEnough;
  });
}

/** Only where it is run as a test: a copy under another name tests nothing. */
const testCode = ({ changes }: JudgedWork): ReadonlySet<string> =>
  new Set(
    changes
      .filter(holdsTests)
      .flatMap(addedOf)
      .map(({ text }) => text.trim()),
  );

/** Most of what it tested stands elsewhere now. */
function hasMoved(file: ChangedFile, elsewhere: ReadonlySet<string>): boolean {
  const cases = removedOf(file).filter(isTestCase);
  const lines = cases.length > 0 ? cases : removedOf(file).filter((line) => line.trim().length > 8);
  const found = lines.filter((line) => elsewhere.has(line.trim()));
  return lines.length > 0 && found.length >= lines.length * 0.6;
}

/** Over all files together: tests that moved from one to another are still there. */
function casesGone(work: JudgedWork): readonly RuleFinding[] {
  const modified = work.changes.filter((file) => file.status === "modified" && holdsTests(file));
  const removed = modified.map((file) => ({ path: file.path, cases: removedOf(file).filter(isTestCase).length }));
  const added = work.changes.flatMap(addedOf).filter(({ text }) => isTestCase(text)).length;
  const lost = removed.reduce((sum, { cases }) => sum + cases, 0) - added;
  const worst = removed.toSorted((a, b) => b.cases - a.cases)[0];
  if (lost <= 0 || worst === undefined || isExcusedCase(work, added)) return [];
  const what = lost === 1 ? "A test was" : `${lost} tests were`;
  const message = `${what} taken out of ${worst.path}, and the task does not ask for that. Bring back what was tested.`;
  return [{ code: "tests-deleted", path: worst.path, message }];
}

/** Some languages have their tests in the file that they test. */
export const holdsTests = ({ path, text }: ChangedFile): boolean =>
  isTestFile(path) || /#\[cfg\(test\)\]/.test(`${text?.before ?? ""}${text?.after ?? ""}`);

/** A table in place of single tests, tests written anew, or code that was to go and took its tests with it. */
function isExcusedCase(work: JudgedWork, added: number): boolean {
  if (asksToRemoveTests(work)) return true;
  if (
    work.changes
      .filter(holdsTests)
      .flatMap(addedOf)
      .some(({ text }) => isTableOfCases(text))
  )
    return true;
  if (asksToRemove(work) && hasLostCode(work)) return true;
  return added > 0 && asksToRemoveOrMove(work);
}

function hasLostCode({ changes }: JudgedWork): boolean {
  const code = changes.filter((file) => !isTestFile(file.path));
  const removed = code.reduce((sum, file) => sum + removedOf(file).length, 0);
  return removed >= code.reduce((sum, file) => sum + addedOf(file).length, 0) + 2;
}
