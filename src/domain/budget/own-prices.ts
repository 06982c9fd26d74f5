import { fullModelName } from "./model-alias.ts";
import type { ModelPrice } from "./model-price.ts";

/** One line of a person's own price list, in US dollars per million tokens. */
export type PriceEntry = {
  /** Full name, as the agent reports it. A release date at its end does not matter. */
  readonly model: string;
  /** First day of the price, `2026-11-01`, in UTC. Absent: always. */
  readonly from?: string;
  /** Holds for prompts up to this size; absent: for all that are larger than the others. */
  readonly maxPromptTokens?: number;
  readonly inputUsdPerMtok: number;
  readonly outputUsdPerMtok: number;
  readonly cacheWriteUsdPerMtok: number;
  readonly cacheReadUsdPerMtok: number;
};

/** Lines of the same model and day become one price with a band each. */
export function ownPrices(entries: readonly PriceEntry[]): readonly ModelPrice[] {
  return [...Map.groupBy(entries, priceKey).values()].flatMap((lines) => {
    const first = lines[0];
    if (first === undefined) return [];
    const bands = lines
      .map(({ model: _model, from: _from, maxPromptTokens = Infinity, ...rates }) => ({ maxPromptTokens, ...rates }))
      .toSorted((a, b) => a.maxPromptTokens - b.maxPromptTokens);
    return [{ model: nameOf(first), from: startOf(first), bands }];
  });
}

/** Two lines that say what the same tokens cost. */
export function contradiction(entries: readonly PriceEntry[]): PriceEntry | undefined {
  const seen = new Set<string>();
  return entries.find((entry) => {
    const key = `${priceKey(entry)} ${entry.maxPromptTokens ?? "all"}`;
    return seen.size === seen.add(key).size;
  });
}

const nameOf = ({ model }: PriceEntry): string => fullModelName(model).replace(/-\d{8}$/, "");
const startOf = ({ from }: PriceEntry): number => (from === undefined ? 0 : Date.parse(from));
const priceKey = (entry: PriceEntry): string => `${nameOf(entry)} ${startOf(entry)}`;
