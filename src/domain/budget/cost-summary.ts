import type { ModelUsage } from "./usage.ts";

/** One model's part of one turn. */
export type CostEntry = {
  readonly jobId: string;
  /** Absent for what belongs to the whole job: planning, the review. */
  readonly taskKey: string | undefined;
  /** `manager`, `worker`, `resolver` or `reviewer`. */
  readonly role: string;
  readonly model: string;
  /** When it was last known to cost something, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The conversation and the number of its turn: entries of one turn share it. */
  readonly turn: string;
  /** Whose conversation its own began as a fork of; absent where it began with nothing. */
  readonly forkOf?: "parent" | "batch";
  readonly used: ModelUsage;
};

/** Sums that keep apart what has a price and what has none. */
export type CostSum = Omit<ModelUsage, "costUsd"> & {
  readonly turns: number;
  readonly totalTokens: number;
  /** Everything together in US dollars; `null` when a part has no price, because unknown is not zero. */
  readonly costUsd: number | null;
  /** What is known of it: the least that it has cost. */
  readonly knownCostUsd: number;
  /** Tokens without a price. */
  readonly unpricedTokens: number;
};

export type CostGroup = CostSum & { readonly key: string };

export type CostSummary = { readonly groups: readonly CostGroup[]; readonly total: CostSum };

/** Sums entries by whatever `keyOf` names, in the order in which the keys first appear. */
export function summarizeCosts(entries: readonly CostEntry[], keyOf: (entry: CostEntry) => string): CostSummary {
  const groups = [...Map.groupBy(entries, keyOf)].map(([key, own]) => ({ key, ...sumCosts(own) }));
  return { groups, total: sumCosts(entries) };
}

function sumCosts(entries: readonly CostEntry[]): CostSum {
  const sumOf = (count: (used: ModelUsage) => number): number =>
    entries.reduce((sum, { used }) => sum + count(used), 0);
  const isUnpriced = ({ costUsd }: ModelUsage): boolean => costUsd === null;
  const knownCostUsd = sumOf(({ costUsd }) => costUsd ?? 0);
  return {
    turns: new Set(entries.map(({ turn }) => turn)).size,
    inputTokens: sumOf(({ inputTokens }) => inputTokens),
    outputTokens: sumOf(({ outputTokens }) => outputTokens),
    cacheReadTokens: sumOf(({ cacheReadTokens }) => cacheReadTokens),
    cacheWriteTokens: sumOf(({ cacheWriteTokens }) => cacheWriteTokens),
    totalTokens: sumOf(tokensOf),
    costUsd: entries.some(({ used }) => isUnpriced(used)) ? null : knownCostUsd,
    knownCostUsd,
    unpricedTokens: sumOf((used) => (isUnpriced(used) ? tokensOf(used) : 0)),
  };
}

const tokensOf = ({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: ModelUsage): number =>
  inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
