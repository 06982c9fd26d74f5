import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { acyclicTasks } from "../../../../test/arbitraries/task-graph.ts";
import { parsePlan } from "../parse-plan.ts";
import type { Plan } from "../plan-schema.ts";
import { countRemarks, lintPlan, planRules } from "./lint-plan.ts";
import { TaskOrder } from "./task-order.ts";

const planOf = (...tasks: readonly Record<string, unknown>[]): Plan =>
  parsePlan({ summary: "s", tasks: tasks.map((task) => ({ title: "T", prompt: prompt(task), ...task })) });

const prompt = ({ key }: Record<string, unknown>): string =>
  `Write the exported function \`${String(key)}\` and its tests`;

const rulesOf = (plan: Plan, facts = {}): readonly string[] =>
  lintPlan(plan, facts)
    .filter(({ severity }) => severity !== "hint")
    .map(({ rule, task }) => `${rule} ${task ?? "plan"}`);

const hintsOf = (plan: Plan): readonly string[] =>
  lintPlan(plan)
    .filter(({ severity }) => severity === "hint")
    .map(({ rule, task }) => `${rule} ${task ?? "plan"}`);

const good = {
  key: "csv",
  prompt: "Add `toCsv(rows)` to src/csv.ts: RFC 4180, quotes doubled, CRLF between the lines.",
  expectedOutputs: ["src/csv.ts"],
  acceptance: ["toCsv([]) gives an empty text"],
};

describe("lintPlan", () => {
  it("has nothing to say about independent, specific, small tasks that declare what they make", () => {
    const other = {
      ...good,
      key: "tsv",
      prompt: "Add `toTsv(rows)` to src/tsv.ts, tabs as \\t.",
      expectedOutputs: ["src/tsv.ts"],
    };
    expect(lintPlan(planOf(good, other))).toEqual([]);
  });

  it("finds the seed's four endpoints in one file, which nothing orders", () => {
    const endpoint = (key: string, dependsOn: readonly string[] = []) => ({
      key,
      dependsOn,
      expectedOutputs: ["routes/tasks.js"],
    });
    expect(rulesOf(planOf(endpoint("get"), endpoint("post"), endpoint("put")))).toEqual(["shared-output post"]);
    expect(rulesOf(planOf(endpoint("get"), endpoint("post", ["get"]), endpoint("put", ["post"])))).toEqual([]);
    expect(rulesOf(planOf(endpoint("get"), endpoint("post", ["get"]), endpoint("put", ["get"])))).toEqual([
      "shared-output put",
    ]);
  });

  it("finds footprints that meet outputs, folders that hold them and globs that match the same", () => {
    const a = { key: "a", expectedOutputs: ["src/a/x.ts"] };
    expect(rulesOf(planOf(a, { key: "b", footprint: ["src/**"] }))).toEqual(["overlapping-footprint b"]);
    expect(rulesOf(planOf(a, { key: "b", footprint: ["src/a"] }))).toEqual(["overlapping-footprint b"]);
    expect(rulesOf(planOf({ key: "a", footprint: ["src/*.ts"] }, { key: "b", footprint: ["src/x*"] }))).toEqual([
      "overlapping-footprint b",
    ]);
    expect(rulesOf(planOf(a, { key: "b", footprint: ["docs/**"] }))).toEqual([]);
    expect(rulesOf(planOf(a, { key: "b", footprint: ["src/**"], dependsOn: ["a"] }))).toEqual([]);
  });

  it("finds what is read before it is made, in contextFiles and in prompts", () => {
    const maker = { key: "make", expectedOutputs: ["src/a.ts"] };
    const reader = {
      key: "read",
      prompt: "Write test/a.test.ts for what src/a.ts exports.",
      expectedOutputs: ["test/a.test.ts"],
    };
    expect(rulesOf(planOf(maker, reader))).toEqual(["hidden-dependency read"]);
    expect(rulesOf(planOf(maker, { ...reader, contextFiles: ["src/a.ts"] }))).toEqual(["read-before-made read"]);
    expect(rulesOf(planOf(maker, { ...reader, dependsOn: ["make"] }))).toEqual([]);
    // Whoever comes before may speak of what will be made.
    expect(rulesOf(planOf({ ...maker, dependsOn: ["read"] }, reader))).toEqual([]);
  });

  it("finds a wait for something that a task never speaks of", () => {
    const first = { key: "login", title: "Login endpoint", expectedOutputs: ["src/login.ts"] };
    const other = { key: "colours", title: "Colours", prompt: "Add a palette to src/theme.ts", dependsOn: ["login"] };
    expect(hintsOf(planOf(first, { ...other, acceptance: ["x"], expectedOutputs: ["src/theme.ts"] }))).toContain(
      "unneeded-dependency colours",
    );
    expect(hintsOf(planOf(first, { ...other, prompt: "Style the login page in src/theme.ts" }))).not.toContain(
      "unneeded-dependency colours",
    );
  });

  it.each([
    ["Improve the code", ["names-nothing a", "vague-words a"]],
    ["Create some nice helper for the users of it", ["names-nothing a"]],
    ["Optimize database queries as needed in src/db.ts", ["vague-words a"]],
    ["Add retry(count) to the client, at most 3 times", []],
    ["Fix login in src/a.ts, and also write docs, and also bump the version", ["several-jobs a"]],
    [`Do src/a.ts:\n${"- one more thing of the list\n".repeat(12)}`, ["several-jobs a"]],
  ])("says of %j: %j", (text, rules) => {
    expect(rulesOf(planOf({ key: "a", prompt: text }))).toEqual(rules);
  });

  it("finds a prompt that every attempt pays much for", () => {
    expect(rulesOf(planOf({ key: "a", prompt: `In src/a.ts ${"x ".repeat(5_000)}` }))).toEqual(["large-prompt a"]);
  });

  it("finds tasks with too many outputs, without outputs, without acceptance, with too few words", () => {
    const outputs = Array.from({ length: 9 }, (_, n) => `src/${n}.ts`);
    expect(rulesOf(planOf({ key: "a", expectedOutputs: outputs }))).toEqual(["many-outputs a"]);
    expect(hintsOf(planOf({ key: "a", prompt: "Create a.ts" }))).toEqual([
      "short-prompt a",
      "no-outputs a",
      "no-acceptance a",
    ]);
  });

  it("knows the project's gates and agents, and says nothing where it does not know them", () => {
    const plan = planOf({ key: "a", gates: ["tset"], agent: "code-reviwer" });
    expect(rulesOf(plan)).toEqual([]);
    const remarks = lintPlan(plan, { gates: ["test"], agents: ["code-reviewer"] });
    expect(remarks.slice(0, 2).map(({ severity, fix }) => `${severity}: ${fix}`)).toEqual([
      'error: Did you mean "test"?',
      'error: Did you mean "code-reviewer"?',
    ]);
    expect(countRemarks(remarks).error).toBe(2);
  });

  it("finds a rank that everybody has", () => {
    expect(hintsOf(planOf(...["a", "b", "c"].map((key) => ({ key, priority: 10 }))))).toContain("all-on-top plan");
  });

  const path = fc.constantFrom("src/a.ts", "src/b.ts", "src", "src/*.ts", "**", "docs/x/", "{a,b}/c", "a b", "!x");
  const anyPlan = acyclicTasks(12).chain((tasks) =>
    fc
      .tuple(
        ...tasks.map((task) =>
          fc.record({
            key: fc.constant(task.key),
            title: fc.string(),
            prompt: fc.oneof(fc.string(), fc.lorem({ maxCount: 30 }), path),
            dependsOn: fc.constant(task.dependsOn),
            priority: fc.constant(task.priority),
            contextFiles: fc.array(path, { maxLength: 2 }),
            expectedOutputs: fc.array(path, { maxLength: 3 }),
            acceptance: fc.array(fc.string(), { maxLength: 1 }),
            footprint: fc.array(path, { maxLength: 2 }),
          }),
        ),
      )
      .map((drawn): Plan => ({ summary: "s", tasks: drawn })),
  );

  it("never throws, says the same twice, and gives errors before warnings before hints", () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const remarks = lintPlan(plan, { gates: [], agents: [] });
        expect(lintPlan(plan, { gates: [], agents: [] })).toEqual(remarks);
        const weights = remarks.map(({ severity }) => ["error", "warning", "hint"].indexOf(severity));
        expect(weights).toEqual(weights.toSorted((a, b) => a - b));
        const known = new Set(planRules.map(({ id }) => id));
        for (const { rule, task } of remarks) {
          expect(known).toContain(rule);
          expect([undefined, ...plan.tasks.map(({ key }) => key)]).toContain(task);
        }
      }),
    );
  });

  it("does not depend on the order in which tasks are written down", () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const told = (tasks: Plan["tasks"]) => countRemarks(lintPlan({ ...plan, tasks })).error;
        expect(told(plan.tasks.toReversed())).toBe(told(plan.tasks));
      }),
    );
  });

  it("reads a plan of 2,000 tasks in one chain on one file", () => {
    const tasks = Array.from({ length: 2_000 }, (_, n) => ({
      key: `t${n}`,
      dependsOn: n === 0 ? [] : [`t${n - 1}`],
      expectedOutputs: ["src/one.ts"],
    }));
    expect(rulesOf(planOf(...tasks))).toEqual([]);
  });
});

describe("TaskOrder", () => {
  it("finds an unordered pair exactly where there is one", () => {
    fc.assert(
      fc.property(acyclicTasks(10), (tasks) => {
        const order = new TaskOrder(planOf(...tasks.map(({ key, dependsOn }) => ({ key, dependsOn }))).tasks);
        const indexes = tasks.map((_, index) => index);
        const hasUnordered = indexes.some((a) => indexes.some((b) => a < b && !order.isOrdered(a, b)));
        const pair = order.firstUnordered(indexes);
        expect(pair !== undefined && !order.isOrdered(...pair)).toBe(hasUnordered);
      }),
    );
  });
});
