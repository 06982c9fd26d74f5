import { expect, it } from "vitest";

import { namedFiles } from "./named-files.ts";

const known = new Set(["src/a.ts", "test/b.test.js", "README.md", "deep/er/c.py"]);
const found = (text: string) => namedFiles(text, (path) => known.has(path));

it("finds the files that a failed command's output names, once and in its order", () => {
  const output = [
    "FAIL ./test/b.test.js > adds",
    "  at Object.<anonymous> (src/a.ts:12:5)",
    "src/a.ts(3,1): error TS2304",
    '  File "deep/er/c.py", line 3, in <module>',
    "node_modules/x/y.js:1 and v1.2.3 and https://example.org/README.txt",
  ].join("\n");
  expect(found(output)).toEqual(["test/b.test.js", "src/a.ts", "deep/er/c.py"]);
});

it("reads what is no path once, however long it is", () => {
  // Read again from each of its letters, each of these takes longer than a test may.
  for (const run of ["a", "1.", "a/", "-"]) expect(found(`${run.repeat(150_000)} src/a.ts`)).toEqual(["src/a.ts"]);
});

it("finds nothing in prose, and no more than help", () => {
  expect(found("The tests failed. See below.")).toEqual([]);
  const many = Array.from({ length: 40 }, (_, index) => `f${index}.ts`);
  expect(namedFiles(many.join("\n"), () => true)).toHaveLength(12);
});
