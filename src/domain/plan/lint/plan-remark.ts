import type { PlanPath } from "../plan-problem.ts";
import type { Plan, PlanTask } from "../plan-schema.ts";
import type { TaskOrder } from "./task-order.ts";

/** `error`: the run will fail or go wrong. `warning`: it will probably cost time, money or a conflict. `hint`: it could be better. */
export const remarkSeverities = ["error", "warning", "hint"] as const;
export type RemarkSeverity = (typeof remarkSeverities)[number];

/** What the lint says about a plan. */
export type PlanRemark = {
  /** Which rule says so: `shared-output`. */
  readonly rule: string;
  readonly severity: RemarkSeverity;
  /** Key of the task it is about; absent = the plan as a whole. */
  readonly task?: string;
  readonly path: PlanPath;
  /** A sentence without its full stop. */
  readonly message: string;
  /** What to do, a sentence in the imperative. */
  readonly fix: string;
};

/** What rules may know besides the plan. An absent list is not known: nothing is said about such names then. */
export type LintFacts = {
  readonly gates?: readonly string[];
  readonly agents?: readonly string[];
};

export type LintedPlan = {
  readonly plan: Plan;
  readonly order: TaskOrder;
  readonly facts: LintFacts;
};

export type PlanRule = {
  readonly id: string;
  readonly severity: RemarkSeverity;
  /** What it is for, in a clause. */
  readonly about: string;
  readonly check: (linted: LintedPlan) => readonly Finding[];
};

/** A remark before its rule has put its name to it. */
export type Finding = Omit<PlanRemark, "rule" | "severity" | "task"> & {
  /** Of the task it is about. */
  readonly index?: number;
};

/** A rule that looks at one task at a time. */
export const eachTask =
  (look: (task: PlanTask, linted: LintedPlan) => Complaint | undefined): PlanRule["check"] =>
  (linted) =>
    linted.plan.tasks.flatMap((task, index) => {
      const complaint = look(task, linted);
      if (complaint === undefined) return [];
      const { field, ...said } = complaint;
      return [{ index, path: ["tasks", index, ...field], ...said }];
    });

type Complaint = { readonly field: PlanPath; readonly message: string; readonly fix: string };
