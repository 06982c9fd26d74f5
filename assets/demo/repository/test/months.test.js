import assert from "node:assert/strict";
import { test } from "node:test";
import { monthName, monthOf } from "../src/months.js";

test("the month of a date is its first seven characters", () => {
  assert.equal(monthOf("2026-03-14"), "2026-03");
});

test("what is no date is refused", () => {
  assert.throws(() => monthOf("14.03.2026"), RangeError);
  assert.throws(() => monthOf("2026-13-01"), RangeError);
});

test("a month has a name for people", () => {
  assert.equal(monthName("2026-03"), "March 2026");
  assert.equal(monthName("2025-12"), "December 2025");
});
