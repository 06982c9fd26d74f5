import type { TaskStatus } from "../task-status.ts";

/** A task that was under way goes on in a new dispatch: the run that had it is never continued. */
export const restoredStatus = (then: TaskStatus): TaskStatus =>
  then === "ready" || then === "leased" || then === "running" || then === "validating" ? "pending" : then;

type Depending = { readonly id: string; readonly dependsOn: readonly string[] };

/** The named tasks and everything that depends on one of them, however far. */
export function withDependents(named: Iterable<string>, tasks: readonly Depending[]): ReadonlySet<string> {
  const dependents = new Map<string, string[]>();
  for (const { id, dependsOn } of tasks) {
    for (const on of dependsOn) dependents.set(on, [...(dependents.get(on) ?? []), id]);
  }
  const found = new Set(named);
  // A set that grows while it is walked gives what was added, too.
  for (const id of found) for (const dependent of dependents.get(id) ?? []) found.add(dependent);
  return found;
}
