import type { PlanTask } from "../plan/plan-schema.ts";

/** What a task is about, by the files that it names: enough to see that an agent is good at docs and bad at tests. */
export type TaskKind = "docs" | "tests" | "config" | "code" | "mixed" | "unnamed";

type FileKind = Exclude<TaskKind, "mixed" | "unnamed">;

export function taskKind({
  expectedOutputs,
  footprint = [],
}: Pick<PlanTask, "expectedOutputs" | "footprint">): TaskKind {
  const kinds = new Set([...expectedOutputs, ...footprint].map(fileKind));
  const [only] = kinds;
  if (only === undefined) return "unnamed";
  return kinds.size === 1 ? only : "mixed";
}

function fileKind(path: string): FileKind {
  if (/(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.[a-z]+$|(^|\/)test_[^/]*$/i.test(path)) return "tests";
  if (/(^|\/)docs?\/|\.(md|mdx|rst|adoc|txt)$/i.test(path)) return "docs";
  if (/(^|\/)\.[^/]+|\.(json|ya?ml|toml|ini|cfg|lock)$/i.test(path)) return "config";
  return "code";
}
