import { expect, test } from "vitest";
import { StreamedUsage, usageOf, usageSince } from "./turn-usage.ts";

const report = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadInputTokens: 5,
  cacheCreationInputTokens: 7,
  costUSD: 0.5,
} as const;

const used = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 5, cacheWriteTokens: 7, costUsd: 0.5 };

test("a report becomes usage by model", () => {
  expect(usageOf({ a: report })).toEqual({ a: used });
});

test("a guessed price is no price", () => {
  expect(usageOf({ a: { ...report, costBasis: "unknown" } })["a"]?.costUsd).toBeNull();
});

test("what was used before is taken off, and models that did nothing are left out", () => {
  const now = { a: { ...used, outputTokens: 50, costUsd: 0.75 }, b: used };
  expect(usageSince(now, { a: used, b: used })).toEqual({
    a: { inputTokens: 0, outputTokens: 30, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.25 },
  });
});

test("totals that shrank were counted anew", () => {
  const now = { a: { ...used, outputTokens: 3 } };
  expect(usageSince(now, { a: used })).toEqual(now);
});

test("a streamed call counts with its latest numbers", () => {
  const streamed = new StreamedUsage();
  streamed.note("1", "a", { input_tokens: 100, output_tokens: 1 });
  streamed.note("1", "a", { output_tokens: 20 });
  streamed.note("2", "a", { input_tokens: 10, output_tokens: 2 });
  expect(streamed.total).toEqual({
    a: { inputTokens: 110, outputTokens: 22, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: null },
  });
});
