import assert from "node:assert/strict";
import { test } from "node:test";
import { formats } from "../src/formats.js";

const months = [
  { month: "2026-01", name: "January 2026", total: 84000, categories: { rent: 84000 } },
  { month: "2026-02", name: "February 2026", total: 5000, categories: { food: 5000 } },
];

test("text has a line for each month, with the amounts under one another", () => {
  assert.equal(formats.text(months), "January 2026   840.00\nFebruary 2026   50.00\n");
});

test("text says so when there is nothing to report", () => {
  assert.equal(formats.text([]), "Nothing was spent.\n");
});
