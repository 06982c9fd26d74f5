import assert from "node:assert/strict";
import { test } from "node:test";
import { formats } from "../src/formats.js";

test("json is what other programs read", () => {
  assert.deepEqual(JSON.parse(formats.json([{ month: "2026-01", total: 1 }])), [{ month: "2026-01", total: 1 }]);
});

test("every format is a function from months to text", () => {
  for (const write of Object.values(formats)) assert.equal(typeof write([]), "string");
});
