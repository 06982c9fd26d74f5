import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acyclicTasks } from "../../../test/arbitraries/task-graph.ts";
import { asTaskId, type TaskId } from "../ids.ts";
import type { TaskStatus } from "../task-status.ts";
import { blockedTasks, releasedTasks } from "./blocked-tasks.ts";
import type { TaskFacts } from "./task-facts.ts";

const facts = (id: string, status: TaskStatus, dependsOn: readonly string[] = []): TaskFacts => ({
  id: asTaskId(id),
  status,
  dependsOn: dependsOn.map(asTaskId),
  priority: 5,
  createdAt: 0,
});

const someStatus = fc.constantFrom<TaskStatus>("pending", "ready", "failed", "cancelled", "completed", "running");

const graphs = fc
  .tuple(acyclicTasks(), fc.array(someStatus, { minLength: 30, maxLength: 30 }))
  .map(([tasks, statuses]) =>
    tasks.map(({ key, dependsOn }, index) => facts(key, statuses[index] ?? "pending", dependsOn)),
  );

/** The definition, in quadratic words. */
function isHopeless(id: TaskId, tasks: readonly TaskFacts[]): boolean {
  const above = tasks.find((task) => task.id === id)?.dependsOn ?? [];
  return above.some((other) => {
    const status = tasks.find((task) => task.id === other)?.status;
    if (status === undefined || status === "failed" || status === "cancelled") return true;
    return (status === "pending" || status === "ready") && isHopeless(other, tasks);
  });
}

describe("blockedTasks", () => {
  it("names exactly the waiting tasks with a failed, cancelled or missing task above them", () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const expected = tasks
          .filter(({ status }) => status === "pending" || status === "ready")
          .filter(({ id }) => isHopeless(id, tasks));
        expect(blockedTasks(tasks).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }),
    );
  });

  it("names a culprit that really has the status given", () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        for (const { culprit, because } of blockedTasks(tasks)) {
          expect(tasks.find(({ id }) => id === culprit)?.status).toBe(because);
        }
      }),
    );
  });

  it("finds the culprit behind tasks that are blocked already", () => {
    const tasks = [facts("a", "failed"), facts("b", "blocked", ["a"]), facts("c", "pending", ["b"])];
    expect(blockedTasks(tasks)).toEqual([{ id: "c", culprit: "a", because: "failed" }]);
  });

  it("takes a blocked task without a cause above it as the cause", () => {
    const tasks = [facts("a", "blocked"), facts("b", "pending", ["a"])];
    expect(blockedTasks(tasks)).toEqual([{ id: "b", culprit: "a", because: "blocked" }]);
  });

  it("reports a dependency that does not exist", () => {
    expect(blockedTasks([facts("a", "pending", ["nobody"])])).toEqual([
      { id: "a", culprit: "nobody", because: "missing" },
    ]);
  });
});

describe("releasedTasks", () => {
  it("frees everything below a task that is tried again, in one go and in any order", () => {
    const tasks = [facts("c", "blocked", ["b"]), facts("b", "blocked", ["a"]), facts("a", "pending")];
    expect(releasedTasks(tasks)).toEqual(["c", "b"]);
    expect(releasedTasks(tasks.toReversed())).toEqual(["b", "c"]);
  });

  it("keeps what another failed task still holds up", () => {
    const tasks = [
      facts("a", "pending"),
      facts("x", "failed"),
      facts("b", "blocked", ["a"]),
      facts("c", "blocked", ["b", "x"]),
    ];
    expect(releasedTasks(tasks)).toEqual(["b"]);
  });

  it("leaves nothing to release after blocking, for any graph", () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const blocked = new Set(blockedTasks(tasks).map(({ id }) => id));
        const after = tasks.map((task) => (blocked.has(task.id) ? { ...task, status: "blocked" as const } : task));
        expect(releasedTasks(after)).toEqual([]);
        expect(blockedTasks(after)).toEqual([]);
      }),
    );
  });
});
