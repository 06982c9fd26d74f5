import { didYouMean } from "./did-you-mean.ts";
import { findCycle } from "./find-cycle.ts";
import type { PlanProblem } from "./plan-problem.ts";
import type { Plan, PlanTask } from "./plan-schema.ts";
import { repositoryPathProblem } from "./repository-path-problem.ts";

/** What a schema can't see: duplicate keys, dependencies on nobody, paths outside the repository, cycles. */
export function graphProblems(plan: Plan): readonly PlanProblem[] {
  const problems = [...duplicateKeys(plan.tasks), ...unknownDependencies(plan.tasks), ...badPaths(plan.tasks)];
  return [...problems, ...cycles(plan.tasks)];
}

function duplicateKeys(tasks: readonly PlanTask[]): readonly PlanProblem[] {
  const first = new Map<string, number>();
  return tasks.flatMap(({ key }, index) => {
    const taken = first.get(key);
    if (taken === undefined) first.set(key, index);
    return taken === undefined ? [] : [duplicate(index, taken, key)];
  });
}

const duplicate = (index: number, taken: number, key: string): PlanProblem => ({
  code: "PLAN_INVALID",
  path: ["tasks", index, "key"],
  message: `is "${key}", which is already the key of tasks[${taken}]`,
  fix: "Give each task a key of its own.",
});

function unknownDependencies(tasks: readonly PlanTask[]): readonly PlanProblem[] {
  const keys = new Set(tasks.map(({ key }) => key));
  return tasks.flatMap(({ dependsOn }, index) =>
    dependsOn.flatMap((name, at) =>
      keys.has(name) ? [] : [unknownDependency(["tasks", index, "dependsOn", at], name)],
    ),
  );

  function unknownDependency(path: PlanProblem["path"], name: string): PlanProblem {
    const near = didYouMean(name, keys);
    const fix = near === undefined ? "Name the key of a task in this plan." : `Did you mean "${near}"?`;
    return { code: "PLAN_INVALID", path, message: `names "${name}", which is no task's key`, fix };
  }
}

const pathLists = ["contextFiles", "expectedOutputs", "footprint"] as const;

function badPaths(tasks: readonly PlanTask[]): readonly PlanProblem[] {
  return tasks.flatMap((task, index) =>
    pathLists.flatMap((list) => (task[list] ?? []).flatMap((path, at) => badPath(["tasks", index, list, at], path))),
  );
}

function badPath(path: PlanProblem["path"], name: string): readonly PlanProblem[] {
  const problem = repositoryPathProblem(name);
  if (problem === undefined) return [];
  return [{ code: "PLAN_INVALID", path, message: `"${name}" ${problem}`, fix: "Name a path inside the repository." }];
}

function cycles(tasks: readonly PlanTask[]): readonly PlanProblem[] {
  const cycle = findCycle(tasks);
  const [from, to] = cycle ?? [];
  if (cycle === undefined || from === undefined || to === undefined) return [];
  const index = tasks.findLastIndex(({ key }) => key === from);
  const at = Math.max(0, tasks[index]?.dependsOn.indexOf(to) ?? 0);
  const isSelf = from === to;
  return [
    {
      code: "PLAN_CYCLE",
      path: ["tasks", index, "dependsOn", at],
      message: isSelf ? `names the task itself: ${cycle.join(" -> ")}` : `closes a cycle: ${cycle.join(" -> ")}`,
      fix: isSelf ? "Remove it." : "Remove one of these dependencies.",
    },
  ];
}
