import type { Range, TaskPrior } from "../plan/estimate.ts";
import type { UsualCall } from "./forecast.ts";

/** A task that was completed. `costUsd` is `null` when nobody knows. */
export type DoneTask = {
  readonly profile: string | undefined;
  readonly durationMs: number;
  readonly costUsd: number | null;
};

/** Fewer say too little. */
const fewestSamples = 3;

/** What a call of a profile takes: what its tasks took, where there were enough, else what is assumed of its model. */
export function usualCall(profile: string, done: readonly DoneTask[], prior: TaskPrior): UsualCall {
  const own = done.filter((task) => task.profile === profile);
  if (own.length < fewestSamples) return { ...prior, basis: "prior", samples: 0 };
  const costs = own.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
  const costUsd = costs.length < fewestSamples ? prior.costUsd : rangeOf(costs);
  return {
    durationMs: rangeOf(own.map(({ durationMs }) => durationMs)),
    costUsd,
    basis: "history",
    samples: own.length,
  };
}

/** Percentiles by the nearest rank. */
function rangeOf(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number): number => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  return { low: at(10), p50: at(50), high: at(90) };
}
