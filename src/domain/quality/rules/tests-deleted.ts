import { isTestFile, nameOf, stemOf } from "../work/path-kinds.ts";
import { addedOf, removedOf, type ChangedFile, type JudgedWork } from "../work/changed-file.ts";
import { asksToRemove, asksToRemoveOrMove, asksToRemoveTests, namesFile } from "./asked-for.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isTableOfCases, isTestCase } from "./test-cases.ts";

/** Test files and single tests that are gone, and that nobody asked to take away. A test that moved is not gone. */
export function testsDeleted(work: JudgedWork): readonly RuleFinding[] {
  if (asksToRemoveTests(work)) return [];
  const elsewhere = addedCode(work);
  const files = work.changes.filter((file) => file.status === "deleted" && isTestFile(file.path));
  const gone = files.filter((file) => !isExcused(work, file) && !hasMoved(file, elsewhere));
  return [...gone.map(({ path }) => fileGone(path)), ...casesGone(work)];
}

const fileGone = (path: string): RuleFinding => ({
  code: "tests-deleted",
  path,
  message: `The test file ${path} was deleted, and the task does not ask for that. Bring it back and make the code pass it.`,
});

/** What it tests was to go, and is gone. */
function isExcused(work: JudgedWork, test: ChangedFile): boolean {
  if (!asksToRemoveOrMove(work)) return false;
  const isSubjectGone = work.changes.some(
    (file) => file.status === "deleted" && !isTestFile(file.path) && stemOf(file.path) === stemOf(test.path),
  );
  return isSubjectGone || (asksToRemove(work) && namesFile(work, test.path)) || hasNamesake(work, test);
}

/** The same name elsewhere, or with another ending. */
const hasNamesake = (work: JudgedWork, test: ChangedFile): boolean =>
  work.changes.some(
    ({ path, status }) =>
      status === "added" &&
      (nameOf(path) === nameOf(test.path) || (isTestFile(path) && stemOf(path) === stemOf(test.path))),
  );

const addedCode = ({ changes }: JudgedWork): ReadonlySet<string> =>
  new Set(changes.flatMap(addedOf).map(({ text }) => text.trim()));

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
  const lost = removed.reduce((sum, { cases }) => sum + cases, 0) - addedCases(work);
  const worst = removed.toSorted((a, b) => b.cases - a.cases)[0];
  if (lost <= 0 || worst === undefined || isExcusedCase(work)) return [];
  const what = lost === 1 ? "A test was" : `${lost} tests were`;
  const message = `${what} taken out of ${worst.path}, and the task does not ask for that. Bring back what was tested.`;
  return [{ code: "tests-deleted", path: worst.path, message }];
}

const holdsTests = ({ path, text }: ChangedFile): boolean =>
  isTestFile(path) || /#\[cfg\(test\)\]/.test(text?.before ?? "");

const addedCases = ({ changes }: JudgedWork): number =>
  changes.flatMap(addedOf).filter(({ text }) => isTestCase(text)).length;

/** A table in place of single tests, or a task that takes away what was tested. */
const isExcusedCase = (work: JudgedWork): boolean =>
  asksToRemoveOrMove(work) ||
  work.changes
    .filter(holdsTests)
    .flatMap(addedOf)
    .some(({ text }) => isTableOfCases(text));
