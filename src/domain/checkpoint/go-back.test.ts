import fc from "fast-check";
import { expect, it } from "vitest";

import { taskStatuses } from "../task-status.ts";
import { restoredStatus, withDependents } from "./go-back.ts";

it("takes dependents along, however far, and nothing else", () => {
  const tasks = [
    { id: "a", dependsOn: [] },
    { id: "b", dependsOn: ["a"] },
    { id: "c", dependsOn: ["b"] },
    { id: "d", dependsOn: [] },
  ];
  expect([...withDependents(["b"], tasks)]).toEqual(["b", "c"]);
  expect([...withDependents(["d"], tasks)]).toEqual(["d"]);
});

it("is closed: what depends on one of them is one of them", () => {
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc
        .array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size })
        .map((edges) =>
          edges.map((on, id) => ({ id: String(id), dependsOn: on.filter((other) => other < id).map(String) })),
        ),
    );
  fc.assert(
    fc.property(graph, fc.nat(11), (tasks, pick) => {
      const found = withDependents([String(pick % tasks.length)], tasks);
      const dependents = tasks.filter(({ dependsOn }) => dependsOn.some((on) => found.has(on)));
      expect(dependents.every(({ id }) => found.has(id))).toBe(true);
    }),
  );
});

it("never goes on with a dispatch of before", () => {
  const restored = taskStatuses.map(restoredStatus);
  expect(restored).not.toContain("ready");
  expect(restored).not.toContain("leased");
  expect(restored).not.toContain("running");
  expect(restored).not.toContain("validating");
  expect(restoredStatus("completed")).toBe("completed");
  expect(restoredStatus("integrating")).toBe("integrating");
});
