import type { TaskSpec } from "./task-spec.ts";

/** A task's spec once others have taken the place of one that it needs. */
export function withoutTask(spec: TaskSpec, failedKey: string, instead: readonly string[]): TaskSpec {
  if (!spec.dependsOn.includes(failedKey)) return spec;
  const { parent, continuesParent, ...rest } = spec;
  const family = parent === undefined || parent === failedKey ? {} : { parent };
  const goesOn = continuesParent === undefined || parent === failedKey ? {} : { continuesParent };
  const dependsOn = [...new Set([...spec.dependsOn.filter((key) => key !== failedKey), ...instead])];
  return { ...rest, ...family, ...goesOn, dependsOn };
}
