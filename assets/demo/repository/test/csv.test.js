import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCsv } from "../src/csv.js";

test("each line is a row, keyed by the first line", () => {
  assert.deepEqual(parseCsv("a,b\n1,2\n3,4\n"), [
    { a: "1", b: "2" },
    { a: "3", b: "4" },
  ]);
});

test("an empty text has no rows", () => {
  assert.deepEqual(parseCsv(""), []);
});

test("a comma inside quotes belongs to the field", () => {
  assert.deepEqual(parseCsv('a,b\n"1,5",2\n'), [{ a: "1,5", b: "2" }]);
});

test("a doubled quote inside quotes is one quote", () => {
  assert.deepEqual(parseCsv('a\n"say ""hi"""\n'), [{ a: 'say "hi"' }]);
});
