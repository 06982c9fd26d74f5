const byName: ReadonlyMap<string, number> = new Map([
  ["critical", 10],
  ["high", 8],
  ["medium", 5],
  ["low", 2],
]);

/** 1 to 10; `undefined` for a word that Task Master doesn't know. */
export const fromTaskMasterPriority = (name: string): number | undefined => byName.get(name.toLowerCase());

/** What `task-master add-task --priority` accepts. */
export const taskMasterPriorities = ["high", "medium", "low"] as const;

export type TaskMasterPriority = (typeof taskMasterPriorities)[number];

/** @param priority - 1 to 10 */
export function toTaskMasterPriority(priority: number): TaskMasterPriority {
  if (priority >= 8) return "high";
  return priority >= 4 ? "medium" : "low";
}
