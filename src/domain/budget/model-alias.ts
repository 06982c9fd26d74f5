import type { ModelPrice } from "./model-price.ts";
import { priceOf } from "./price-table.ts";

/** What Claude Code takes an alias to mean at present. `best` is the dearest that it may mean. */
const newest: Readonly<Record<string, string>> = {
  opus: "claude-opus-5-5",
  sonnet: "claude-sonnet-5-5",
  haiku: "claude-haiku-5-5",
  fable: "claude-fable-5-1",
  best: "claude-fable-5-1",
};

/** The short names that Claude Code takes for a model. */
export const modelAliases: readonly string[] = Object.keys(newest);

/** The full name behind an alias; a name that is none comes back as it is. The suffix for the long context is left out. */
export function fullModelName(model: string): string {
  const name = model.replace(/\[.*\]$/, "");
  return newest[name] ?? name;
}

/**
 * Whether the cost of a model is known before it runs.
 * @param at - milliseconds since the Unix epoch: prices begin on a day
 * @param own - a person's own prices, beside the published ones
 */
export const hasPrice = (model: string, at: number, own: readonly ModelPrice[] = []): boolean =>
  (priceOf(fullModelName(model), at, own) ?? priceOf(fullModelName(model), at)) !== null;
