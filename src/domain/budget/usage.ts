/** What one model consumed. Token counts as the model server reports them. */
export type ModelUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** US dollars as the agent reports them; `null` means unpriced, which is not zero. */
  readonly costUsd: number | null;
};

/** Usage by full model name. */
export type Usage = { readonly [model: string]: ModelUsage };

export const noUsage: Usage = {};

const addCost = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

const addModel = (a: ModelUsage, b: ModelUsage): ModelUsage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
  cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  costUsd: addCost(a.costUsd, b.costUsd),
});

/** Sums usages model by model. A sum with an unpriced part is unpriced. */
export function addUsage(...usages: readonly Usage[]): Usage {
  const sum: Record<string, ModelUsage> = {};
  for (const usage of usages) {
    for (const [model, used] of Object.entries(usage)) {
      const before = sum[model];
      sum[model] = before === undefined ? used : addModel(before, used);
    }
  }
  return sum;
}

export type UsageTotal = ModelUsage & { readonly totalTokens: number };

/** All models together. `costUsd` is `null` as soon as one model is unpriced. */
export function totalUsage(usage: Usage): UsageTotal {
  const zero: ModelUsage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };
  const sum = Object.values(usage).reduce(addModel, zero);
  const totalTokens = sum.inputTokens + sum.outputTokens + sum.cacheReadTokens + sum.cacheWriteTokens;
  return { ...sum, totalTokens };
}
