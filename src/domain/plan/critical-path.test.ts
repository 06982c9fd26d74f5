import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acyclicTasks, type ArbitraryTask } from "../../../test/arbitraries/task-graph.ts";
import { criticalPath, longestBelow } from "./critical-path.ts";
import { makespan } from "./makespan.ts";

const durationOf = ({ duration }: ArbitraryTask): number => duration;

describe("criticalPath", () => {
  it("puts every task one level below its deepest dependency", () => {
    fc.assert(
      fc.property(acyclicTasks(), (tasks) => {
        const { levels, depth } = criticalPath(tasks, durationOf);
        const levelOf = new Map(levels.flatMap((keys, level) => keys.map((key) => [key, level] as const)));
        expect(levelOf.size).toBe(tasks.length);
        expect(depth).toBe(levels.length);
        for (const { key, dependsOn } of tasks) {
          const deepest = Math.max(-1, ...dependsOn.map((other) => levelOf.get(other) ?? Number.NaN));
          expect(levelOf.get(key)).toBe(deepest + 1);
        }
      }),
    );
  });

  it("is a chain of dependencies whose durations add up to its length, and none is longer", () => {
    fc.assert(
      fc.property(acyclicTasks(), (tasks) => {
        const { path, duration } = criticalPath(tasks, durationOf);
        const onPath = path.map((key) => tasks.find((task) => task.key === key));
        expect(onPath.reduce((sum, task) => sum + (task?.duration ?? Number.NaN), 0)).toBe(duration);
        for (const [index, task] of onPath.slice(1).entries()) expect(task?.dependsOn).toContain(path[index]);
        expect(Math.max(...longestBelow(tasks, durationOf).values())).toBe(duration);
      }),
    );
  });

  it("refuses a cycle by name", () => {
    const tasks = [
      { key: "a", dependsOn: ["b"] },
      { key: "b", dependsOn: ["a"] },
    ];
    expect(() => criticalPath(tasks, () => 1)).toThrow(expect.objectContaining({ code: "PLAN_CYCLE" }));
  });

  it("gives an empty path for no tasks", () => {
    expect(criticalPath([], () => 1)).toEqual({ levels: [], depth: 0, path: [], duration: 0 });
  });
});

describe("makespan", () => {
  it("stays within Graham's bounds for any number of workers", () => {
    fc.assert(
      fc.property(acyclicTasks(), fc.integer({ min: 1, max: 8 }), (tasks, workers) => {
        const work = tasks.reduce((sum, { duration }) => sum + duration, 0);
        const { duration } = criticalPath(tasks, durationOf);
        const span = makespan(tasks, workers);
        expect(span).toBeGreaterThanOrEqual(Math.max(duration, work / workers));
        expect(span).toBeLessThanOrEqual(work / workers + duration);
      }),
    );
  });

  it("is the whole work for one worker and the critical path for enough workers", () => {
    fc.assert(
      fc.property(acyclicTasks(), (tasks) => {
        expect(makespan(tasks, 1)).toBe(tasks.reduce((sum, { duration }) => sum + duration, 0));
        expect(makespan(tasks, tasks.length)).toBe(criticalPath(tasks, durationOf).duration);
      }),
    );
  });
});
