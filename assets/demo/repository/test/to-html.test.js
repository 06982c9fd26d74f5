import assert from "node:assert/strict";
import { test } from "node:test";
import { formats } from "../src/formats.js";

test("html has a table row for each month", () => {
  const html = formats.html([{ month: "2026-01", name: "January 2026", total: 84000, categories: { rent: 84000 } }]);
  assert.match(html, /<tr><th>January 2026<\/th><td>840\.00<\/td><\/tr>/);
});

test("html shows names as they are, not as markup", () => {
  const html = formats.html([{ month: "", name: "<b>&", total: 0, categories: {} }]);
  assert.match(html, /<th>&lt;b&gt;&amp;<\/th>/);
});
