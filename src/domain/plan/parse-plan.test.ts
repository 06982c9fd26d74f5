import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acyclicTasks } from "../../../test/arbitraries/task-graph.ts";
import { TuttiError } from "../errors.ts";
import { parsePlan, type PlanOrigin } from "./parse-plan.ts";
import { managersPlanJsonSchema, planJsonSchema } from "./plan-schema.ts";

const task = (key: string, more: object = {}): object => ({ key, title: key, prompt: `Do ${key}.`, ...more });
const planOf = (...tasks: readonly object[]): object => ({ summary: "A plan.", tasks });

function refusal(plan: unknown, origin: PlanOrigin = {}): TuttiError {
  try {
    parsePlan(plan, origin);
  } catch (error) {
    if (TuttiError.is(error)) return error;
    throw error;
  }
  throw new Error("the plan was accepted");
}

describe("parsePlan", () => {
  it("fills in every default", () => {
    expect(parsePlan(planOf(task("build"))).tasks[0]).toEqual({
      key: "build",
      title: "build",
      prompt: "Do build.",
      dependsOn: [],
      contextFiles: [],
      expectedOutputs: [],
      priority: 5,
      acceptance: [],
    });
  });

  it("accepts every graph without cycles and gives it back unchanged when parsed again", () => {
    fc.assert(
      fc.property(acyclicTasks(), (tasks) => {
        const plan = parsePlan(
          planOf(...tasks.map(({ key, dependsOn, priority }) => task(key, { dependsOn, priority }))),
        );
        expect(plan.tasks.map(({ key, dependsOn }) => ({ key, dependsOn }))).toEqual(
          tasks.map(({ key, dependsOn }) => ({ key, dependsOn })),
        );
        expect(parsePlan(plan)).toEqual(plan);
      }),
    );
  });

  it("drops a dependency that is named twice", () => {
    expect(parsePlan(planOf(task("a"), task("b", { dependsOn: ["a", "a"] }))).tasks[1]?.dependsOn).toEqual(["a"]);
  });

  it("names file, line, path and fix in one line", () => {
    const plan = planOf(task("build"), task("test", { dependsOn: ["biuld"] }));
    const error = refusal(plan, { file: "plan.yaml", lineOf: (path) => (path.length === 4 ? 12 : 1) });
    expect(error.code).toBe("PLAN_INVALID");
    expect(error.message).toBe(
      'plan.yaml:12: tasks[1].dependsOn[0] names "biuld", which is no task\'s key. Did you mean "build"?',
    );
  });

  it("gives the parent's line for a value that is missing", () => {
    const error = refusal(planOf({ key: "a", title: "a" }), {
      file: "p.json",
      lineOf: ({ length }) => (length === 2 ? 4 : undefined),
    });
    expect(error.message).toBe("p.json:4: tasks[0].prompt is missing. Give it a text.");
  });

  it("reports the first of several problems and counts the others", () => {
    const error = refusal(planOf(task("a", { priority: 11 }), task("B"), task("c", { dependsOn: "a" })));
    expect(error.message).toBe("tasks[0].priority is 11. Use a whole number from 1 to 10. (and 2 more)");
    expect(error.context["problems"]).toHaveLength(3);
  });

  it.each([
    [
      "an unknown key, with the one that was meant",
      planOf(task("a", { depends_on: [] })),
      'tasks[0].depends_on is not a known key. Did you mean "dependsOn"?',
    ],
    [
      "an unknown key at the top",
      { ...planOf(task("a")), sumary: "x" },
      'sumary is not a known key. Did you mean "summary"?',
    ],
    ["a plan without tasks", planOf(), "tasks has no tasks. Add at least one task."],
    ["a value that is no plan", null, "plan is null. Make it a mapping of keys to values."],
    [
      "an empty prompt",
      planOf(task("a", { prompt: " " })),
      "tasks[0].prompt is empty. Write a text or leave prompt out.",
    ],
    ["a key with capitals", planOf(task("Build")), 'tasks[0].key is "Build", which is no task key.'],
    ["a duplicate key", planOf(task("a"), task("a")), 'tasks[1].key is "a", which is already the key of tasks[0].'],
    [
      "a path above the repository",
      planOf(task("a", { expectedOutputs: ["x/../../y"] })),
      'tasks[0].expectedOutputs[0] "x/../../y" leaves the repository.',
    ],
    [
      "an absolute path",
      planOf(task("a", { contextFiles: ["/etc/passwd"] })),
      'tasks[0].contextFiles[0] "/etc/passwd" is absolute;',
    ],
    [
      "a Windows path",
      planOf(task("a", { footprint: ["C:\\x\\**"] })),
      'tasks[0].footprint[0] "C:\\x\\**" is absolute;',
    ],
    [
      "a path inside .git",
      planOf(task("a", { footprint: [".git/hooks/*"] })),
      'tasks[0].footprint[0] ".git/hooks/*" lies inside .git.',
    ],
  ])("refuses %s", (_what, plan, message) => {
    const error = refusal(plan);
    expect(error.code).toBe("PLAN_INVALID");
    expect(error.message).toContain(message);
  });

  it("refuses a cycle with the way round", () => {
    const error = refusal(planOf(task("a", { dependsOn: ["b"] }), task("b", { dependsOn: ["a"] })));
    expect(error.code).toBe("PLAN_CYCLE");
    expect(error.message).toContain("tasks[0].dependsOn[0] closes a cycle: a -> b -> a.");
  });

  it("refuses a task that depends on itself", () => {
    expect(refusal(planOf(task("a", { dependsOn: ["a"] }))).message).toContain("names the task itself: a -> a");
  });

  it("calls a model's bad plan recoverable and a file's permanent", () => {
    expect(refusal({}).failureClass).toBe("recoverable");
    expect(refusal({}, { file: "plan.json" }).failureClass).toBe("permanent");
  });

  it("refuses any JSON with an error of ours, never with another", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(["PLAN_INVALID", "PLAN_CYCLE"]).toContain(refusal(value).code);
      }),
    );
  });
});

describe("a plan whose tasks share conversations", () => {
  const child = (more: object): object => planOf(task("a"), task("b", more));

  it("makes a parent a dependency", () => {
    const plan = parsePlan(child({ parent: "a", continuesParent: true }));
    expect(plan.tasks[1]).toMatchObject({ parent: "a", continuesParent: true, dependsOn: ["a"] });
  });

  it.each([
    [{ continuesParent: true }, "tasks[1].continuesParent is set, but the task has no parent."],
    [{ parent: "aa" }, 'tasks[1].parent names "aa", which is no task\'s key. Did you mean "a"?'],
    [{ parent: "b" }, "tasks[1].dependsOn[0] names the task itself: b -> b."],
    [{ parent: "a", continuesParent: true, batch: "x" }, "tasks[1].continuesParent is set together with batch"],
    [{ batch: " " }, "tasks[1].batch is empty."],
    [{ escalate: [] }, "tasks[1].escalate is empty. Give it an entry or leave escalate out."],
    [{ escalate: ["haiku", "sonet"] }, 'tasks[1].escalate[1] is "sonet", which is no model. Did you mean "sonnet"?'],
  ])("refuses %j in one line", (more, message) => {
    expect(refusal(child(more)).message).toContain(message);
  });

  it("doesn't complain of a parent that continues nothing, nor of a batch with a parent", () => {
    expect(parsePlan(child({ parent: "a", continuesParent: false, batch: "x" })).tasks[1]?.batch).toBe("x");
  });
});

describe("planJsonSchema", () => {
  it("asks a model only for what has no default", () => {
    expect(planJsonSchema()).toMatchObject({
      type: "object",
      required: ["summary", "tasks"],
      properties: { tasks: { items: { required: ["key", "title", "prompt"], additionalProperties: false } } },
    });
    expect(planJsonSchema()).not.toHaveProperty("$schema");
  });

  it("asks a manager for the work only, and leaves to a person how it is paid for", () => {
    const plan = JSON.stringify(managersPlanJsonSchema());
    for (const choice of ["escalate", "batch", "continuesParent"]) {
      expect(JSON.stringify(planJsonSchema())).toContain(`"${choice}"`);
      expect(plan).not.toContain(`"${choice}"`);
    }
  });
});
