import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acyclicTasks } from "../../../test/arbitraries/task-graph.ts";
import { findCycle } from "./find-cycle.ts";

describe("findCycle", () => {
  it("finds nothing in a graph without cycles", () => {
    fc.assert(
      fc.property(acyclicTasks(), (tasks) => {
        expect(findCycle(tasks)).toBeUndefined();
      }),
    );
  });

  it("returns a closed way along real dependencies for every graph that it calls cyclic", () => {
    const graph = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }), {
      minLength: 10,
      maxLength: 10,
    });
    fc.assert(
      fc.property(graph, (edges) => {
        const nodes = edges.map((to, index) => ({ key: `k${index}`, dependsOn: to.map((other) => `k${other}`) }));
        const cycle = findCycle(nodes) ?? [];
        expect(cycle.at(0)).toBe(cycle.at(-1));
        for (const [index, key] of cycle.slice(0, -1).entries()) {
          expect(nodes.find((node) => node.key === key)?.dependsOn).toContain(cycle[index + 1]);
        }
      }),
    );
  });

  it("finds the cycle that one added edge closes", () => {
    fc.assert(
      fc.property(acyclicTasks(), fc.nat(), (tasks, pick) => {
        const child = tasks.filter(({ dependsOn }) => dependsOn.length > 0).at(pick % tasks.length);
        fc.pre(child !== undefined);
        const parent = child.dependsOn[0];
        const closed = tasks.map((task) =>
          task.key === parent ? { ...task, dependsOn: [...task.dependsOn, child.key] } : task,
        );
        expect(findCycle(closed)).toBeDefined();
      }),
    );
  });

  it("shows a task that depends on itself as a cycle of one", () => {
    expect(findCycle([{ key: "a", dependsOn: ["a"] }])).toEqual(["a", "a"]);
  });

  it("leaves the tasks that only lead to a cycle out of it", () => {
    const nodes = [
      { key: "start", dependsOn: ["a"] },
      { key: "a", dependsOn: ["b"] },
      { key: "b", dependsOn: ["a"] },
    ];
    expect(findCycle(nodes)).toEqual(["a", "b", "a"]);
  });

  it("walks a chain of 10,000 tasks without running out of stack", () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({ key: `${index}`, dependsOn: [`${index + 1}`] }));
    expect(findCycle(chain)).toBeUndefined();
    expect(findCycle([...chain, { key: "10000", dependsOn: ["0"] }])).toHaveLength(10_002);
  });
});
