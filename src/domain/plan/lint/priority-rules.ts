import type { LintedPlan, Finding, PlanRule } from "./plan-remark.ts";

const topPriority = 10;

/** A rank that everybody has is none. */
function allOnTop({ plan: { tasks } }: LintedPlan): readonly Finding[] {
  if (tasks.length < 3 || tasks.some(({ priority }) => priority !== topPriority)) return [];
  return [
    {
      path: ["tasks"],
      message: `all ${tasks.length} tasks have priority ${topPriority}, so that none goes first`,
      fix: "Keep 10 for what is critical, 7 to 9 for what is important, 1 to 3 for what is nice to have.",
    },
  ];
}

export const priorityRules: readonly PlanRule[] = [
  { id: "all-on-top", severity: "hint", about: "every task has the highest priority", check: allOnTop },
];
