import type { AttemptId } from "../ids.ts";
import type { Range } from "../plan/estimate.ts";
import { changedIngredients, type IngredientDigests, type IngredientName } from "./result-key.ts";
import type { StoredResult } from "./stored-result.ts";

/**
 * What a drive will do about a task. `done`: nothing. `cached`: replay a result. `goes-on`: an attempt that was cut short.
 * `re-run`: a task of this key was seen before, but its result can't be used. `new`: never seen.
 */
export type PreviewStatus = "done" | "cached" | "goes-on" | "re-run" | "new";

export type TaskPreview = {
  readonly key: string;
  readonly status: PreviewStatus;
  /** For `re-run`: what has changed since the newest result of this key. Empty where there is none, or it is not to be used. */
  readonly changed: readonly IngredientName[];
  /** For `cached`: the attempt whose result is replayed. */
  readonly from?: AttemptId;
  /** Expected, in US dollars; `null` when the model has no price. */
  readonly costUsd: Range | null;
  /** For `cached`: what the result has cost, in US dollars; `null` when that is not known. */
  readonly savedUsd: number | null;
};

export type RunPreview = {
  readonly tasks: readonly TaskPreview[];
  /** Expected for all priced tasks together, in US dollars; `null` when none is priced. */
  readonly costUsd: Range | null;
  /** Tasks that `costUsd` leaves out. */
  readonly unpricedTasks: number;
  /** What the cached results have cost, as far as it is known. */
  readonly savedUsd: number;
};

export type PreviewFacts = {
  readonly key: string;
  readonly ingredients: IngredientDigests;
  readonly progress: "completed" | "begun" | "none";
  /** The result that would be replayed. */
  readonly result: StoredResult | undefined;
  /** The newest result of a task of this key, whatever went into it. */
  readonly newest: StoredResult | undefined;
  /** A task of this key was part of another job. */
  readonly isKnown: boolean;
  /** What a task costs before anything is known about it. */
  readonly prior: Range | null;
};

const nothing: Range = { low: 0, p50: 0, high: 0 };

export function previewRun(facts: readonly PreviewFacts[]): RunPreview {
  const tasks = facts.map(previewTask);
  const priced = tasks.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
  return {
    tasks,
    costUsd: priced.length === 0 ? null : priced.reduce(addRanges, nothing),
    unpricedTasks: tasks.length - priced.length,
    savedUsd: tasks.reduce((sum, { savedUsd }) => sum + (savedUsd ?? 0), 0),
  };
}

const addRanges = (a: Range, b: Range): Range => ({ low: a.low + b.low, p50: a.p50 + b.p50, high: a.high + b.high });

function previewTask(facts: PreviewFacts): TaskPreview {
  const { key, progress, result, newest, isKnown, ingredients } = facts;
  const plain = { key, changed: [], savedUsd: null };
  if (progress === "completed") return { ...plain, status: "done", costUsd: nothing };
  const costUsd = expectedCost(facts);
  if (progress === "begun") return { ...plain, status: "goes-on", costUsd };
  if (result !== undefined) {
    return { ...plain, status: "cached", from: result.attempt, costUsd: nothing, savedUsd: result.costUsd };
  }
  if (newest === undefined) return { ...plain, status: isKnown ? "re-run" : "new", costUsd };
  return { ...plain, status: "re-run", changed: changedIngredients(newest.ingredients, ingredients), costUsd };
}

/** What it cost the last time says more than what tasks usually cost. */
function expectedCost({ newest, prior }: PreviewFacts): Range | null {
  const lastUsd = newest?.costUsd ?? null;
  return lastUsd === null ? prior : { low: lastUsd, p50: lastUsd, high: lastUsd };
}
