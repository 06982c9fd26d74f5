import type { Plan } from "../plan-schema.ts";
import { independenceRules } from "./independence-rules.ts";
import {
  remarkSeverities,
  type LintFacts,
  type PlanRemark,
  type PlanRule,
  type RemarkSeverity,
} from "./plan-remark.ts";
import { priorityRules } from "./priority-rules.ts";
import { TaskOrder } from "./task-order.ts";
import { taskRules } from "./task-rules.ts";

/** Every rule, in the order in which remarks of the same weight about the same task are given. */
export const planRules: readonly PlanRule[] = [...independenceRules, ...taskRules, ...priorityRules];

/**
 * What could be better about a plan that is valid: are its tasks independent, specific, reasonable in scope, and can it be
 * seen when they are done. Judged by form alone; never throws.
 * @param facts - names that the project knows; what is absent is not judged
 * @returns the heaviest first, then in the order of the tasks
 */
export function lintPlan(plan: Plan, facts: LintFacts = {}): readonly PlanRemark[] {
  const linted = { plan, facts, order: new TaskOrder(plan.tasks) };
  const found = planRules.flatMap(({ id, severity, check }) =>
    check(linted).map(({ index = -1, ...finding }) => {
      const task = plan.tasks[index]?.key;
      return { index, remark: { rule: id, severity, ...(task === undefined ? {} : { task }), ...finding } };
    }),
  );
  return found
    .toSorted((a, b) => weight(a.remark.severity) - weight(b.remark.severity) || a.index - b.index)
    .map(({ remark }) => remark);
}

const weight = (severity: RemarkSeverity): number => remarkSeverities.indexOf(severity);

/** How many of each. */
export const countRemarks = (remarks: readonly PlanRemark[]): Readonly<Record<RemarkSeverity, number>> => ({
  error: remarks.filter(({ severity }) => severity === "error").length,
  warning: remarks.filter(({ severity }) => severity === "warning").length,
  hint: remarks.filter(({ severity }) => severity === "hint").length,
});
