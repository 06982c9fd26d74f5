import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { TuttiError } from "../errors.ts";
import { asJobId } from "../ids.ts";
import { addTasks } from "./add-tasks.ts";
import type { TaskRequest } from "./task-spec.ts";

const job = asJobId("job-1");
const add = (requests: readonly TaskRequest[], known = addTasks(job, [], [{ key: "a", prompt: "A" }]).added) =>
  addTasks(job, known, requests);

function errorOf(act: () => unknown): TuttiError {
  try {
    act();
  } catch (error) {
    if (TuttiError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("addTasks", () => {
  it("fills in what was left out", () => {
    const { added } = add([{ prompt: "Create a factorial function\nin Python" }]);
    expect(added).toEqual([
      {
        key: "create-a-factorial-function-in",
        title: "Create a factorial function",
        prompt: "Create a factorial function\nin Python",
        dependsOn: [],
        contextFiles: [],
        expectedOutputs: [],
        priority: 5,
        acceptance: [],
      },
    ]);
  });

  it("refuses a task that is to continue a parent that it doesn't have, naming field and task", () => {
    const error = errorOf(() => add([{ prompt: "B" }, { prompt: "C", continuesParent: true }]));
    expect(error.message).toContain("tasks[1].continuesParent is set, but the task has no parent");
    expect(error.message).toContain("parentTaskId");
    const { added } = add([{ prompt: "B", parentTaskId: "a", continuesParent: true, escalate: ["haiku", "opus"] }]);
    expect(added[0]).toMatchObject({
      parent: "a",
      continuesParent: true,
      escalate: ["haiku", "opus"],
      dependsOn: ["a"],
    });
  });

  it("makes a task run after its parent, named by id or key", () => {
    for (const parentTaskId of ["job-1/a", "a"]) {
      expect(add([{ prompt: "B", parentTaskId, dependsOn: ["a"] }]).added[0]).toMatchObject({
        parent: "a",
        dependsOn: ["a"],
      });
    }
  });

  it("takes the same request twice for the same task, and refuses another one with its key", () => {
    expect(add([{ key: "a", prompt: "A" }])).toEqual({ keys: ["a"], added: [] });
    const error = errorOf(() => add([{ key: "a", prompt: "Something else" }]));
    expect(error).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining('tasks[0].key is "a"') });
  });

  it.each<[string, readonly TaskRequest[], string, string]>([
    ["a priority out of range", [{ prompt: "B", priority: 11 }], "PLAN_INVALID", "tasks[0].priority is 11"],
    ["an empty prompt", [{ prompt: " " }], "PLAN_INVALID", "tasks[0].prompt is empty"],
    ["an unknown task", [{ prompt: "B", dependsOn: ["x"] }], "PLAN_INVALID", 'tasks[0].dependsOn[0] names "x"'],
    ["another job's task", [{ prompt: "B", dependsOn: ["job-2/a"] }], "PLAN_INVALID", "a task of job job-2"],
    ["a path outside", [{ prompt: "B", contextFiles: ["../x"] }], "PLAN_INVALID", "leaves the repository"],
    [
      "a cycle",
      [
        { key: "b", prompt: "B", dependsOn: ["c"] },
        { key: "c", prompt: "C", dependsOn: ["b"] },
      ],
      "PLAN_CYCLE",
      "b -> c -> b",
    ],
  ])("refuses %s, naming it", (_what, requests, code, words) => {
    expect(errorOf(() => add(requests))).toMatchObject({ code, failureClass: "permanent" });
    expect(errorOf(() => add(requests)).message).toContain(words);
  });

  it("gives every task of a batch a key of its own, however alike the prompts", () => {
    const prompt = fc.constantFrom("Write a test", "Write a test!", "écrire", "***", "a");
    fc.assert(
      fc.property(fc.array(prompt, { maxLength: 20 }), (prompts) => {
        const { keys, added } = add(prompts.map((text) => ({ prompt: text })));
        expect(new Set([...keys, "a"]).size).toBe(prompts.length + 1);
        expect(added.map(({ key }) => key)).toEqual(keys);
      }),
    );
  });
});
