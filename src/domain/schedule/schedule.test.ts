import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acyclicTasks, type ArbitraryTask } from "../../../test/arbitraries/task-graph.ts";
import { asTaskId, type TaskId } from "../ids.ts";
import { canBecome, taskStatuses, type TaskStatus } from "../task-status.ts";
import { blockedTasks } from "./blocked-tasks.ts";
import { readyTasks } from "./ready-tasks.ts";
import { Schedule } from "./schedule.ts";
import type { TaskFacts } from "./task-facts.ts";

const files = ["a.ts", "b.ts", "src/**", "src/c.ts"];

const factsOf = (tasks: readonly ArbitraryTask[]): readonly TaskFacts[] =>
  tasks.map(({ key, dependsOn, priority, duration }, index) => ({
    id: asTaskId(key),
    status: "pending",
    dependsOn: dependsOn.map(asTaskId),
    priority: priority % 3,
    createdAt: index,
    ...(duration % 5 === 0 ? { batch: "one" } : {}),
    ...(duration % 3 === 0 ? { writes: files.slice(duration % 4, (duration % 4) + 1) } : {}),
  }));

/** A task may only be dispatched when everything above it is done; all else is as the life of a task allows. */
function mayBecome(tasks: ReadonlyMap<TaskId, TaskFacts>, task: TaskFacts, to: TaskStatus): boolean {
  const isOpen = to !== "ready" || task.dependsOn.every((id) => tasks.get(id)?.status === "completed");
  return canBecome(task.status, to) && isOpen;
}

const anything: unknown = expect.any(Array);

/** What the whole says, seen as a schedule gives it. */
function expected(tasks: ReadonlyMap<TaskId, TaskFacts>, room: number) {
  const all = [...tasks.values()];
  const { ready, heldBack } = readyTasks(all);
  const isPending = (id: TaskId): boolean => tasks.get(id)?.status === "pending";
  const pending = ready.filter(isPending);
  return {
    ready: pending.slice(0, room),
    // Whoever has no more room looks no further.
    heldBack: pending.length < room ? heldBack.filter(({ id }) => isPending(id)) : anything,
    blocked: blockedTasks(all),
  };
}

const moves = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...taskStatuses)), { maxLength: 80 });

describe("Schedule", () => {
  it("says of tasks that change one by one what a look at all of them says", () => {
    fc.assert(
      fc.property(acyclicTasks(15), moves, fc.integer({ min: 1, max: 20 }), (drawn, steps, room) => {
        const [first, later] = [drawn.slice(0, -2), drawn.slice(-2)];
        const known = new Map(factsOf(drawn).map((task) => [task.id, task]));
        const schedule = new Schedule(factsOf(first));
        schedule.update([...known.values()].slice(-later.length));
        for (const [pick, to] of steps) {
          const task = [...known.values()][pick % known.size];
          if (task === undefined || !mayBecome(known, task, to)) continue;
          const moved = { ...task, status: to };
          known.set(task.id, moved);
          schedule.update([moved]);
          expect({ ...schedule.next(room), blocked: schedule.blocked }).toEqual(expected(known, room));
          expect(schedule.count(to)).toBe([...known.values()].filter(({ status }) => status === to).length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("copes with 10,000 tasks that come to an end one by one", () => {
    const all = factsOf(
      Array.from({ length: 10_000 }, (_, index) => ({
        key: `t${index}`,
        dependsOn: index < 100 ? [] : [`t${index % 100}`],
        priority: 1,
        duration: 1,
      })),
    );
    const byId = new Map(all.map((task) => [task.id, task]));
    const schedule = new Schedule(all);
    let done = 0;
    for (let ready = schedule.next(8).ready; ready.length > 0; ready = schedule.next(8).ready) {
      for (const id of ready) {
        const task = byId.get(id);
        if (task !== undefined) schedule.update([{ ...task, status: "completed" }]);
      }
      done += ready.length;
    }
    expect(done).toBe(10_000);
    expect(schedule.count("completed")).toBe(10_000);
  });
});
