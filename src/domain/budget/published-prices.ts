import type { ModelPrice, PriceBand } from "./model-price.ts";

/** US dollars per million tokens: input, output, cache write (5 minutes), cache read. */
type Rates = readonly [input: number, output: number, cacheWrite: number, cacheRead: number];

const band = (rates: Rates, maxPromptTokens: number = Infinity): PriceBand => ({
  maxPromptTokens,
  inputUsdPerMtok: rates[0],
  outputUsdPerMtok: rates[1],
  cacheWriteUsdPerMtok: rates[2],
  cacheReadUsdPerMtok: rates[3],
});

const always = 0;
const priced = (model: string, rates: Rates, from: number = always): ModelPrice => ({
  model,
  from,
  bands: [band(rates)],
});

const haiku55 = [band([0.1, 0.5, 0.125, 0.01], 100_000), band([0.5, 2.5, 0.625, 0.05])];

/** List prices of Anthropic's API as published up to November 2026. `from` is 0 where no earlier price is known. */
export const publishedPrices: readonly ModelPrice[] = [
  priced("claude-fable-5-1", [10, 50, 12.5, 0.25]),
  priced("claude-fable-5", [10, 50, 12.5, 1]),
  priced("claude-opus-5-5", [4, 20, 5, 0.2]),
  priced("claude-opus-5", [5, 25, 6.25, 0.5]),
  priced("claude-opus-4-8", [5, 25, 6.25, 0.5]),
  priced("claude-opus-4-7", [5, 25, 6.25, 0.5]),
  priced("claude-opus-4-6", [5, 25, 6.25, 0.5]),
  priced("claude-opus-4-5", [5, 25, 6.25, 0.5]),
  priced("claude-sonnet-5-5", [2, 10, 2.5, 0.2]),
  priced("claude-sonnet-5-5", [2, 10, 2.5, 0.1], Date.UTC(2026, 9, 7)),
  priced("claude-sonnet-5", [2, 10, 2.5, 0.2]),
  priced("claude-sonnet-4-6", [3, 15, 3.75, 0.3]),
  priced("claude-sonnet-4-5", [3, 15, 3.75, 0.3]),
  { model: "claude-haiku-5-5", from: always, bands: haiku55 },
  priced("claude-haiku-4-5", [1, 5, 1.25, 0.1]),
];
