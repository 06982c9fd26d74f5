import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costAt, costOf, priceOf } from "./price-table.ts";
import { publishedPrices } from "./published-prices.ts";

const november = Date.UTC(2026, 10, 20);
const tokens = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
const counts = fc.record({
  inputTokens: fc.nat(1_000_000),
  outputTokens: fc.nat(1_000_000),
  cacheReadTokens: fc.nat(1_000_000),
  cacheWriteTokens: fc.nat(1_000_000),
});

describe("costOf", () => {
  it("adds up the four kinds of tokens at their own rates", () => {
    const million = { inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 1e6, cacheWriteTokens: 1e6 };
    expect(costOf(million, "claude-opus-5-5", november)).toBeCloseTo(4 + 20 + 5 + 0.2, 9);
  });

  it("calls a model without a price unpriced, never free", () => {
    expect(costOf(tokens, "claude-nobody-1", november)).toBeNull();
    expect(costOf(tokens, "claude-opus", november)).toBeNull();
  });

  it("takes the price of the day", () => {
    const read = { ...tokens, cacheReadTokens: 1e6 };
    expect(costOf(read, "claude-sonnet-5-5", Date.UTC(2026, 9, 6))).toBeCloseTo(0.2, 9);
    expect(costOf(read, "claude-sonnet-5-5", Date.UTC(2026, 9, 7))).toBeCloseTo(0.1, 9);
  });

  it("takes the dearer band for a long prompt, cached parts included", () => {
    expect(costOf({ ...tokens, inputTokens: 100_000 }, "claude-haiku-5-5", november)).toBeCloseTo(0.01, 9);
    expect(
      costOf({ ...tokens, inputTokens: 60_000, cacheReadTokens: 60_000 }, "claude-haiku-5-5", november),
    ).toBeCloseTo(0.033, 9);
  });

  it("never gets cheaper with more tokens, for every published model", () => {
    fc.assert(
      fc.property(fc.constantFrom(...publishedPrices), counts, counts, (price, some, more) => {
        const both = {
          inputTokens: some.inputTokens + more.inputTokens,
          outputTokens: some.outputTokens + more.outputTokens,
          cacheReadTokens: some.cacheReadTokens + more.cacheReadTokens,
          cacheWriteTokens: some.cacheWriteTokens + more.cacheWriteTokens,
        };
        expect(costAt(price, both)).toBeGreaterThanOrEqual(costAt(price, some) ?? Infinity);
      }),
    );
  });
});

describe("priceOf", () => {
  it("ignores a release date in the name", () => {
    expect(priceOf("claude-haiku-4-5-20251001", november)?.model).toBe("claude-haiku-4-5");
  });

  it("does not know a price before its first day", () => {
    const table = [{ model: "m", from: 10, bands: [] }];
    expect(priceOf("m", 9, table)).toBeNull();
    expect(priceOf("m", 10, table)?.from).toBe(10);
  });
});
