import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAmount, parseAmount } from "../src/money.js";

test("an amount is read as whole cents", () => {
  assert.equal(parseAmount("12.50"), 1250);
  assert.equal(parseAmount("-7.15"), -715);
  assert.equal(parseAmount("3"), 300);
});

test("what is no amount is refused", () => {
  assert.throws(() => parseAmount("a lot"), RangeError);
  assert.throws(() => parseAmount("1.234"), RangeError);
});

test("cents are written with two decimals", () => {
  assert.equal(formatAmount(1250), "12.50");
  assert.equal(formatAmount(-5), "-0.05");
});
