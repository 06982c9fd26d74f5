import type { ModelPrice } from "./model-price.ts";
import { publishedPrices } from "./published-prices.ts";
import type { ModelUsage } from "./usage.ts";

/**
 * The price of a model at a time. A release date at the end of the name (`-20251001`) does not matter.
 * @param at - milliseconds since the Unix epoch
 * @param table - default: the published prices
 * @returns `null` when the table does not have it: unpriced, which is not free
 */
export function priceOf(model: string, at: number, table: readonly ModelPrice[] = publishedPrices): ModelPrice | null {
  const name = model.replace(/-\d{8}$/, "");
  return table
    .filter((price) => price.model === name && price.from <= at)
    .reduce<ModelPrice | null>(
      (latest, price) => (latest === null || price.from >= latest.from ? price : latest),
      null,
    );
}

/** Tokens without the cost that somebody may have reported for them. */
export type TokenCounts = Omit<ModelUsage, "costUsd">;

/**
 * What tokens cost at list price, in US dollars. For counts of several requests together it is an upper bound where a model
 * has price bands, because the sum may lie in a dearer band than each request. What the agent reports goes before this.
 * @returns `null` when the model has no price
 */
export function costOf(usage: TokenCounts, model: string, at: number): number | null {
  const price = priceOf(model, at);
  return price === null ? null : costAt(price, usage);
}

/**
 * What a turn counts for: a person's own price goes before what the agent reports, and that before the published price.
 * @param own - a person's own prices
 * @returns `null` when nobody knows
 */
export function chargedUsd(
  usage: ModelUsage,
  model: string,
  { at, own }: { readonly at: number; readonly own: readonly ModelPrice[] },
): number | null {
  const price = priceOf(model.replace(/\[.*\]$/, ""), at, own);
  return price === null ? (usage.costUsd ?? costOf(usage, model, at)) : costAt(price, usage);
}

/** The same for a price that is known already. */
export function costAt({ bands }: ModelPrice, usage: TokenCounts): number | null {
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const band = bands.find(({ maxPromptTokens }) => promptTokens <= maxPromptTokens) ?? bands.at(-1);
  if (band === undefined) return null;
  const microUsd =
    usage.inputTokens * band.inputUsdPerMtok +
    usage.outputTokens * band.outputUsdPerMtok +
    usage.cacheWriteTokens * band.cacheWriteUsdPerMtok +
    usage.cacheReadTokens * band.cacheReadUsdPerMtok;
  return microUsd / 1e6;
}
