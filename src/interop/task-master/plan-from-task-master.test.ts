import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { idOfKey, keyOfId } from "./item-id.ts";
import { planFromTaskMaster, tagOfPlan } from "./plan-from-task-master.ts";
import { fromTaskMasterPriority, taskMasterPriorities, toTaskMasterPriority } from "./priority.ts";
import { anyTag } from "./tasks.fixture.ts";
import { parseTasksFile, type TagTasks } from "./tasks-file.ts";

const origin = { file: "tasks.json", tag: "master" };

const fixture = (name: string): TagTasks => {
  const file = parseTasksFile(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"), name);
  return file.tags.get("master") ?? { tasks: [] };
};

const task = (id: number, some: object = {}) => ({ id, title: `Task ${id}`, ...some });
const tagOf = (...tasks: readonly ReturnType<typeof task>[]): TagTasks => ({ tasks });
const planOf = (tag: TagTasks) => planFromTaskMaster(tag, origin);
const needs = (tag: TagTasks) => Object.fromEntries(planOf(tag).plan.tasks.map((t) => [t.key, t.dependsOn]));

describe("a plan from Task Master's own file", () => {
  it("has a task for each subtask and each task without any, and waits as Task Master would", () => {
    expect(needs(fixture("added.json"))).toEqual({
      "t1-1": [],
      "t1-2": ["t1-1"],
      t2: ["t1-1", "t1-2"],
      "t3-1": ["t1-1", "t1-2", "t2"],
      "t3-2": ["t1-1", "t1-2", "t2", "t3-1"],
      t4: ["t3-1", "t3-2"],
    });
  });

  it("leaves out what is over and says what that means for the others", () => {
    const { plan, notes } = planOf(fixture("changed.json"));
    expect(plan.tasks.map(({ key, dependsOn }) => [key, dependsOn])).toEqual([
      ["t1-2", []],
      ["t2", ["t1-2"]],
      ["t4", []],
    ]);
    expect(plan.summary).toBe('Task Master tag "master": 3 to do, 3 not planned again');
    expect(notes).toEqual([
      "2 is marked blocked and is planned all the same; to leave it out, defer it",
      "4 depends on 3.1, which is cancelled: it is planned without waiting for it",
      "4 depends on 3.2, which is cancelled: it is planned without waiting for it",
    ]);
  });

  it("reads the words and the priority of a subtask and of the task that it is part of", () => {
    const [first] = planOf(
      tagOf(
        task(1, {
          title: " Greeter ",
          description: "Greets.",
          details: "In greet.js.",
          testStrategy: "By hand.",
          priority: "high",
          subtasks: [
            {
              id: 1,
              title: "Write it",
              description: "A function",
              details: "",
              testStrategy: "- It greets\n2. It ends\n",
            },
          ],
        }),
      ),
    ).plan.tasks;
    expect(first).toEqual({
      key: "t1-1",
      title: "Write it",
      prompt:
        'A function\n\nThis is one part of a larger task, "Greeter". Its other parts are done separately.\n\nGreets.\n\nIn greet.js.' +
        "\n\nHow the larger task will be tested: By hand.",
      dependsOn: [],
      contextFiles: [],
      expectedOutputs: [],
      priority: 8,
      acceptance: ["It greets", "It ends"],
    });
  });

  it("takes the title for the prompt where there is nothing else", () => {
    expect(planOf(tagOf(task(1, { priority: "urgent" }))).plan.tasks[0]).toMatchObject({
      prompt: "Task 1",
      priority: 5,
    });
    expect(planOf(tagOf(task(1, { priority: "urgent" }))).notes).toEqual([
      '1 has the priority "urgent": taken as medium',
    ]);
  });
});

describe("dependencies", () => {
  const parts = (...subtasks: readonly object[]) => ({
    subtasks: subtasks.map((part, at) => ({ title: "p", id: at + 1, ...part })),
  });

  it("of a subtask name siblings, subtasks of others, or a task where no sibling has that number", () => {
    expect(
      needs(
        tagOf(
          task(1),
          task(2),
          task(3, parts({}, { dependencies: ["1", "4.1"] })),
          task(4, parts({})),
          task(5, parts({ dependencies: [2] })),
        ),
      ),
    ).toMatchObject({ "t3-2": ["t3-1", "t4-1"], "t5-1": ["t2"] });
  });

  it("on what is done are dropped silently, on a task that is over together with its subtasks too", () => {
    const { plan, notes } = planOf(
      tagOf(task(1, { status: "completed", ...parts({ status: "pending" }) }), task(2, { dependencies: ["1", "1.1"] })),
    );
    expect([plan.tasks.map(({ key, dependsOn }) => [key, dependsOn]), notes]).toEqual([[["t2", []]], []]);
  });

  it.each([
    [
      "on nothing",
      tagOf(task(1, { dependencies: [7] })),
      /tasks\.json: master: task 1 depends on 7, which is not there/,
    ],
    ["on itself", tagOf(task(1, { dependencies: ["1"] })), /task 1 depends on itself/],
    [
      "on its own subtask",
      tagOf(task(1, { dependencies: ["1.1"], ...parts({}) })),
      /task 1 depends on its own subtask 1\.1/,
    ],
    [
      "on its own task",
      tagOf(task(1, parts({}, {})), task(2, parts({ dependencies: [2] }))),
      /subtask 2\.1 depends on 2\.2, which is not there/,
    ],
    ["an id that is there twice", tagOf(task(1), task(1)), /task 1 is there twice/],
    ["a subtask that is there twice", tagOf(task(1, parts({ id: 1 }, { id: 1 }))), /subtask 1\.1 is there twice/],
    ["an unknown status", tagOf(task(1, { status: "todo" })), /task 1 has the unknown status "todo"/],
    ["a circle", tagOf(task(1, { dependencies: [2] }), task(2, { dependencies: [1] })), /in a circle: 1 -> 2 -> 1/],
    ["nothing to do", tagOf(task(1, { status: "done" })), /nothing to do for the tag master/],
    ["no tasks", tagOf(), /it has no tasks/],
  ])("refuses %s", (_what, tag, message) => {
    expect(() => planOf(tag)).toThrow(message);
  });
});

it("refuses the dependency on itself that Task Master wrote into another tag", () => {
  const file = parseTasksFile(readFileSync(join(import.meta.dirname, "fixtures", "changed.json"), "utf8"), "f");
  const later = file.tags.get("later") ?? { tasks: [] };
  expect(() => planFromTaskMaster(later, { file: "f", tag: "later" })).toThrow("f: later: task 1 depends on itself");
});

it("gives keys that map back, and plans that pass our own check", () => {
  fc.assert(
    fc.property(anyTag(), (tag) => {
      const open = planOf({ tasks: [...tag.tasks, task(1000)] }).plan;
      expect(parsePlan(open, { file: "x" })).toEqual(open);
      for (const { key } of open.tasks) expect(keyOfId(idOfKey(key) ?? "")).toBe(key);
    }),
  );
});

it("remembers the tag in the summary, whatever its name", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      const { plan } = planFromTaskMaster(tagOf(task(1)), { file: "f", tag: name });
      expect(tagOfPlan(plan)).toBe(name);
    }),
  );
  expect(tagOfPlan({ summary: "Task Master is nice" })).toBeUndefined();
});

it("keeps a priority there and back", () => {
  for (const name of taskMasterPriorities) expect(toTaskMasterPriority(fromTaskMasterPriority(name) ?? 0)).toBe(name);
});
