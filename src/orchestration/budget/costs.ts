import { summarizeCosts, type CostEntry, type CostSummary } from "../../domain/budget/cost-summary.ts";
import type { Job } from "../../domain/model.ts";
import type { CostFilter } from "../../state/budgets/costs.ts";
import type { StateManager } from "../../state/state-manager.ts";

const costGroupings = ["job", "task", "model", "day", "conversation"] as const;
export type CostGrouping = (typeof costGroupings)[number];

export type CostQuestion = {
  /** Default: every job of the project. */
  readonly job?: Job;
  /** Default: `task` for one job, else `job`. */
  readonly by?: CostGrouping;
  /** Only turns that ended at this time or later, in milliseconds since the Unix epoch. */
  readonly since?: number;
  /** The calendar day of a time, for `day`: `2026-11-21`. */
  readonly dayOf: (at: number) => string;
};

export type CostAnswer = CostSummary & { readonly by: CostGrouping };

/** What was spent, summed as asked: by day and by job in the order of time, by model and by task the dearest first. */
export async function answerCosts(
  state: StateManager,
  projectPath: string,
  { job, by = job === undefined ? "job" : "task", since, dayOf }: CostQuestion,
): Promise<CostAnswer> {
  const filter: CostFilter = {
    projectPath,
    ...(job === undefined ? {} : { jobId: job.id }),
    ...(since === undefined ? {} : { since }),
  };
  const entries = await state.costs.list(filter);
  const summary = summarizeCosts(entries, keyBy(by, job !== undefined, dayOf));
  return { by, ...summary, groups: inOrder(summary.groups, by) };
}

function keyBy(by: CostGrouping, isOneJob: boolean, dayOf: (at: number) => string): (entry: CostEntry) => string {
  switch (by) {
    case "job":
      return ({ jobId }) => jobId;
    case "model":
      return ({ model }) => model;
    case "conversation":
      return ({ forkOf }) => (forkOf === undefined ? "begun anew" : forks[forkOf]);
    case "day":
      return ({ at }) => dayOf(at);
    case "task":
      return (entry) => (isOneJob ? partOf(entry) : `${entry.jobId}/${partOf(entry)}`);
  }
}

const forks = { parent: "forked from a parent", batch: "forked in a batch" } as const;

/** Parentheses keep the parts of a job that are no task apart from tasks of that name. */
const partOf = ({ taskKey, role }: CostEntry): string => taskKey ?? `(${role})`;

function inOrder(groups: CostSummary["groups"], by: CostGrouping): CostSummary["groups"] {
  if (by === "job") return groups;
  if (by === "day") return groups.toSorted((a, b) => a.key.localeCompare(b.key));
  return groups.toSorted((a, b) => b.knownCostUsd - a.knownCostUsd || b.totalTokens - a.totalTokens);
}
