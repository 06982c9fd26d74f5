import { fullModelName } from "../budget/model-alias.ts";
import type { ModelPrice } from "../budget/model-price.ts";
import { chargedUsd, type TokenCounts } from "../budget/price-table.ts";
import type { Range, TaskPrior } from "./estimate.ts";

const minuteMs = 60_000;

/**
 * What a coding task takes before anything is known about it: our assumption, not a measurement, and always labelled so.
 * `high` stands for one task in ten.
 */
const durationMs: Range = { low: 1 * minuteMs, p50: 4 * minuteMs, high: 15 * minuteMs };

const tokens: Readonly<Record<keyof Range, TokenCounts>> = {
  low: { inputTokens: 5_000, outputTokens: 2_000, cacheReadTokens: 100_000, cacheWriteTokens: 15_000 },
  p50: { inputTokens: 15_000, outputTokens: 8_000, cacheReadTokens: 600_000, cacheWriteTokens: 50_000 },
  high: { inputTokens: 60_000, outputTokens: 40_000, cacheReadTokens: 4_000_000, cacheWriteTokens: 250_000 },
};

/**
 * @param model - alias or full name
 * @param at - milliseconds since the Unix epoch: prices change
 * @param own - a person's own prices
 */
export function taskPriorOf(model: string, at: number, own: readonly ModelPrice[] = []): TaskPrior {
  const cost = (counts: TokenCounts) => chargedUsd({ ...counts, costUsd: null }, fullModelName(model), { at, own });
  const [low, p50, high] = [cost(tokens.low), cost(tokens.p50), cost(tokens.high)];
  return { durationMs, costUsd: low === null || p50 === null || high === null ? null : { low, p50, high } };
}
