import { criticalPath } from "./critical-path.ts";
import { makespan } from "./makespan.ts";
import type { Plan, PlanTask } from "./plan-schema.ts";

/** A guess with its spread: half of the cases lie below `p50`. */
export type Range = { readonly low: number; readonly p50: number; readonly high: number };

/** What a task costs and takes before anything is known about it, for the model that would do it. */
export type TaskPrior = {
  readonly durationMs: Range;
  /** US dollars; `null` when the model has no price, which is not zero. */
  readonly costUsd: Range | null;
};

export type PlanEstimate = {
  /** Nothing was measured for this plan: the numbers are the models' priors. */
  readonly basis: "prior";
  readonly tasks: number;
  readonly workers: number;
  /** Longest chain, in tasks. */
  readonly depth: number;
  /** Keys on the chain that takes longest by p50. */
  readonly criticalPath: readonly string[];
  readonly criticalPathMs: Range;
  /** All tasks one after another. */
  readonly workMs: Range;
  /** With `workers` workers. */
  readonly makespanMs: Range;
  /** Of the priced tasks; `null` when none is priced. */
  readonly costUsd: Range | null;
  /** Tasks that `costUsd` leaves out. */
  readonly unpricedTasks: number;
};

export type EstimateInput = {
  readonly plan: Plan;
  /** Tasks at once, at least 1. */
  readonly workers: number;
  readonly priorOf: (task: PlanTask) => TaskPrior;
};

/**
 * Estimates time and cost of a plan before a run. `low` and `high` assume that every task turns out low or high at once, so
 * the true spread is narrower. Retries and planning are not in it.
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function estimatePlan({ plan, workers, priorOf }: EstimateInput): PlanEstimate {
  const tasks = plan.tasks.map((task) => ({ ...task, prior: priorOf(task) }));
  const durations = (pick: keyof Range) => tasks.map((task) => ({ ...task, duration: task.prior.durationMs[pick] }));
  const longest = (pick: keyof Range) => criticalPath(durations(pick), ({ duration }) => duration);
  const priced = tasks.flatMap(({ prior }) => (prior.costUsd === null ? [] : [prior.costUsd]));
  const { depth, path } = longest("p50");
  return {
    basis: "prior",
    tasks: tasks.length,
    workers,
    depth,
    criticalPath: path,
    criticalPathMs: rangeOf((pick) => longest(pick).duration),
    workMs: sumOf(tasks.map(({ prior }) => prior.durationMs)),
    makespanMs: rangeOf((pick) => makespan(durations(pick), workers)),
    costUsd: priced.length === 0 ? null : sumOf(priced),
    unpricedTasks: tasks.length - priced.length,
  };
}

const rangeOf = (value: (pick: keyof Range) => number): Range => ({
  low: value("low"),
  p50: value("p50"),
  high: value("high"),
});

const sumOf = (ranges: readonly Range[]): Range =>
  rangeOf((pick) => ranges.reduce((sum, range) => sum + range[pick], 0));
