import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acyclicTasks, type ArbitraryTask } from "../../../test/arbitraries/task-graph.ts";
import { asTaskId, type TaskId } from "../ids.ts";
import type { TaskStatus } from "../task-status.ts";
import { readyTasks } from "./ready-tasks.ts";
import type { TaskFacts } from "./task-facts.ts";

const facts = (id: string, more: Partial<TaskFacts> = {}): TaskFacts => ({
  id: asTaskId(id),
  status: "pending",
  dependsOn: [],
  priority: 5,
  createdAt: 0,
  ...more,
});

const factsOf = (tasks: readonly ArbitraryTask[]): readonly TaskFacts[] =>
  tasks.map(({ key, dependsOn, priority, duration }) =>
    facts(key, { dependsOn: dependsOn.map(asTaskId), priority, createdAt: duration }),
  );

const withStatus = (tasks: readonly TaskFacts[], ids: ReadonlySet<TaskId>, status: TaskStatus): readonly TaskFacts[] =>
  tasks.map((task) => (ids.has(task.id) ? { ...task, status } : task));

describe("readyTasks", () => {
  it("runs every task exactly once, never before its dependencies, whatever the number of workers", () => {
    fc.assert(
      fc.property(acyclicTasks(), fc.integer({ min: 1, max: 5 }), (drawn, workers) => {
        let tasks = factsOf(drawn);
        const done = new Set<TaskId>();
        while (done.size < tasks.length) {
          const started = readyTasks(tasks).ready.slice(0, workers);
          expect(started.length).toBeGreaterThan(0);
          for (const id of started) {
            expect(done.has(id)).toBe(false);
            for (const dependency of tasks.find((task) => task.id === id)?.dependsOn ?? []) {
              expect(done.has(dependency)).toBe(true);
            }
          }
          for (const id of started) done.add(id);
          tasks = withStatus(tasks, done, "completed");
        }
      }),
    );
  });

  it("gives the same order whatever the order of tasks of different age", () => {
    fc.assert(
      fc.property(acyclicTasks(), (drawn) => {
        const tasks = factsOf(drawn).map((task, index) => ({ ...task, createdAt: index }));
        expect(readyTasks(tasks.toReversed())).toEqual(readyTasks(tasks));
      }),
    );
  });

  it("sorts by priority, then by the longer chain that waits, then by age", () => {
    const tasks = [
      facts("young", { createdAt: 2 }),
      facts("old", { createdAt: 1 }),
      facts("long", { createdAt: 3 }),
      facts("after-long", { dependsOn: [asTaskId("long")] }),
      facts("urgent", { priority: 6, createdAt: 4 }),
    ];
    expect(readyTasks(tasks).ready).toEqual(["urgent", "long", "old", "young"]);
  });

  it("does not offer a task again that is under way, ended or waiting", () => {
    const statuses: readonly TaskStatus[] = [
      "leased",
      "running",
      "validating",
      "integrating",
      "completed",
      "failed",
      "blocked",
      "waiting",
    ];
    expect(readyTasks(statuses.map((status) => facts(status, { status }))).ready).toEqual([]);
  });

  it("does not take a failed or unknown dependency for a finished one", () => {
    const tasks = [
      facts("a", { status: "failed" }),
      facts("b", { dependsOn: [asTaskId("a")] }),
      facts("c", { dependsOn: [asTaskId("nobody")] }),
    ];
    expect(readyTasks(tasks).ready).toEqual([]);
  });

  it("holds back a task that promises a file which a running or more urgent task is writing", () => {
    const tasks = [
      facts("writes-a", { status: "running", writes: ["a.ts"] }),
      facts("also-a", { writes: ["a.ts"] }),
      facts("b", { writes: ["b.ts"], priority: 9 }),
      facts("also-b", { writes: ["c.ts", "b.ts"] }),
    ];
    expect(readyTasks(tasks)).toEqual({
      ready: ["b"],
      heldBack: [
        { id: "also-a", path: "a.ts", by: "writes-a" },
        { id: "also-b", path: "b.ts", by: "b" },
      ],
    });
  });

  it("lets the tasks of a batch start one after another, the next one when the work of the one before is accepted", () => {
    const batch = { batch: "small" };
    const waiting = [facts("a", batch), facts("b", batch), facts("other", { batch: "large" }), facts("alone")];
    expect(readyTasks(waiting)).toEqual({
      ready: ["a", "other", "alone"],
      heldBack: [{ id: "b", batch: "small", by: "a" }],
    });
    expect(readyTasks([facts("a", { ...batch, status: "validating" }), facts("b", batch)]).ready).toEqual([]);
    for (const status of ["integrating", "completed", "failed", "waiting"] as const) {
      expect(readyTasks([facts("a", { ...batch, status }), facts("b", batch)]).ready).toEqual(["b"]);
    }
  });

  it("does not hold anything back for a task that waits for a person", () => {
    const tasks = [facts("asks", { status: "waiting", writes: ["a.ts"] }), facts("also-a", { writes: ["a.ts"] })];
    expect(readyTasks(tasks).ready).toEqual(["also-a"]);
  });

  it("copes with a chain and with a fan of 10,000 tasks", () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      facts(`${index}`, { dependsOn: index === 0 ? [] : [asTaskId(`${index - 1}`)] }),
    );
    expect(readyTasks(chain).ready).toEqual(["0"]);
    expect(readyTasks(chain.map((task) => ({ ...task, dependsOn: [] }))).ready).toHaveLength(10_000);
  });
});
