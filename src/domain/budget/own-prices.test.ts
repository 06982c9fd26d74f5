import { describe, expect, it } from "vitest";
import { hasPrice } from "./model-alias.ts";
import { contradiction, ownPrices, type PriceEntry } from "./own-prices.ts";
import { costAt, priceOf } from "./price-table.ts";

const line = (some: Partial<PriceEntry>): PriceEntry => ({
  model: "gateway/model",
  inputUsdPerMtok: 1,
  outputUsdPerMtok: 2,
  cacheWriteUsdPerMtok: 3,
  cacheReadUsdPerMtok: 4,
  ...some,
});

const million = { inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 1e6, cacheWriteTokens: 1e6 };
const november = Date.UTC(2026, 10, 20);

function costOn(lines: readonly PriceEntry[], at: number, tokens = million): number | null {
  const price = priceOf("gateway/model", at, ownPrices(lines));
  return price && costAt(price, tokens);
}

describe("ownPrices", () => {
  it("gives a model a price that nobody has published", () => {
    expect(hasPrice("gateway/model", november)).toBe(false);
    expect(hasPrice("gateway/model[1m]", november, ownPrices([line({})]))).toBe(true);
    expect(costOn([line({})], november)).toBe(10);
  });

  it("takes the price of the day", () => {
    const lines = [line({ from: "2026-11-20", inputUsdPerMtok: 5 }), line({})];
    expect([costOn(lines, november - 1), costOn(lines, november)]).toEqual([10, 14]);
  });

  it("takes the band of the prompt, whatever the order of the lines", () => {
    const lines = [line({ inputUsdPerMtok: 100 }), line({ maxPromptTokens: 1000 })];
    const tokens = { inputTokens: 1000, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    expect(costOn(lines, november, tokens)).toBeCloseTo(0.001, 9);
    expect(costOn(lines, november, { ...tokens, inputTokens: 1001 })).toBeCloseTo(0.1001, 9);
  });
});

it("finds lines that contradict each other", () => {
  expect(contradiction([line({}), line({ from: "2026-11-20" }), line({ maxPromptTokens: 5 })])).toBeUndefined();
  const dated = line({ model: "claude-a-1-20250101" });
  expect(contradiction([line({ model: "claude-a-1" }), line({}), dated])).toBe(dated);
});
