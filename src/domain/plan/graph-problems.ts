import { didYouMean } from "./did-you-mean.ts";
import { findCycle } from "./find-cycle.ts";
import type { PlanProblem } from "./plan-problem.ts";
import type { Plan, PlanTask } from "./plan-schema.ts";
import { repositoryPathProblem } from "./repository-path-problem.ts";

/** What a schema can't see: duplicate keys, dependencies on nobody, paths outside the repository, conversations of nobody, cycles. */
export function graphProblems(plan: Plan): readonly PlanProblem[] {
  const { tasks } = plan;
  const problems = [
    ...duplicateKeys(tasks),
    ...unknownTasks(tasks),
    ...badPaths(tasks),
    ...conversationProblems(tasks),
  ];
  return [...problems, ...cycles(tasks.map(withParent))];
}

/** A parent is a dependency, named once. */
export const withParent = <Task extends Pick<PlanTask, "parent" | "dependsOn">>(task: Task): Task => {
  const { parent, dependsOn } = task;
  return { ...task, dependsOn: [...new Set(parent === undefined ? dependsOn : [parent, ...dependsOn])] };
};

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

function unknownTasks(tasks: readonly PlanTask[]): readonly PlanProblem[] {
  const keys = new Set(tasks.map(({ key }) => key));
  return tasks.flatMap(({ dependsOn, parent }, index) => {
    const isUnknown = parent !== undefined && !keys.has(parent) && !dependsOn.includes(parent);
    return [
      ...(isUnknown ? [unknownTask(["tasks", index, "parent"], parent)] : []),
      ...dependsOn.flatMap((name, at) =>
        keys.has(name) ? [] : [unknownTask(["tasks", index, "dependsOn", at], name)],
      ),
    ];
  });

  function unknownTask(path: PlanProblem["path"], name: string): PlanProblem {
    const near = didYouMean(name, keys);
    const fix = near === undefined ? "Name the key of a task in this plan." : `Did you mean "${near}"?`;
    return { code: "PLAN_INVALID", path, message: `names "${name}", which is no task's key`, fix };
  }
}

/** A conversation goes on from one other, which has to be named. */
function conversationProblems(tasks: readonly PlanTask[]): readonly PlanProblem[] {
  return tasks.flatMap(({ parent, continuesParent, batch }, index) => {
    if (continuesParent !== true) return [];
    const path = ["tasks", index, "continuesParent"];
    if (parent === undefined) return [{ code: "PLAN_INVALID", path, ...noParent }];
    return batch === undefined ? [] : [{ code: "PLAN_INVALID", path, ...twoConversations }];
  });
}

const noParent = {
  message: "is set, but the task has no parent",
  fix: "Name the task to go on from as its parent (parentTaskId in the job API), or remove it.",
};

const twoConversations = {
  message: "is set together with batch, and a task can go on from one conversation only",
  fix: "Remove one of the two.",
};

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
