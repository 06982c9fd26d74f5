import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { statusesOf } from "../support/inspect-job.ts";
import { kindsOf, of, WaitingProject, writes } from "../support/waiting-project.ts";

let project: WaitingProject;

afterEach(() => project.scratch.remove());

describe("a merge conflict that no agent could settle", { timeout: 180_000 }, () => {
  const keys = ["one", "two", "three", "four"];
  const sees = (file: string) => `until test -e ${file}; do sleep 0.05; done`;

  async function startConflicts(): Promise<void> {
    const begins = (home: string, key: string) => `touch ${home}/${key}`;
    const rewrites = (home: string, key: string) => ({
      // All of them have begun before the first is merged, and they are done after it.
      run: [begins(home, key), ...(key === "one" ? keys : ["side"]).map((other) => sees(`${home}/${other}`))],
      write: { "README.md": `# By ${key}\n` },
    });
    project = await WaitingProject.make({
      tasks: [...keys.map((key) => ({ key })), { key: "side", dependsOn: ["one"] }],
      answers: (home) => ({
        ...Object.fromEntries(keys.map((key) => [key, rewrites(home, key)])),
        three: [rewrites(home, "three"), writes("three.txt")],
        side: { run: [begins(home, "side")], ...writes("side.txt") },
        "resolver:two": { failure: { class: "permanent", message: "The resolver is broken" } },
        "resolver:*": { text: "I don't know what to do" },
      }),
      settings: { execution: { workers: 5 } },
    });
  }

  it("stays in its folder for a person, whose files are merged wherever the branch is by then; or is tried again; or fails", async () => {
    await startConflicts();
    await project.runPlan(3);

    const asked = await project.waiting();
    expect(kindsOf(asked)).toEqual({ two: "conflict", three: "conflict", four: "conflict" });
    const folders = Object.values(asked).map(({ context }) => context.folder ?? "");
    expect(new Set(folders).size).toBe(3);
    expect(of(asked, "two").context.reasons.join()).toContain("The resolver is broken");
    const readme = join(of(asked, "two").context.folder ?? "", "README.md");
    expect(await readFile(readme, "utf8")).toContain("<<<<<<<");

    await project.resolve(of(asked, "two"), { answer: "approve" });
    await project.resolve(of(asked, "three"), { answer: "retry", note: "Leave the README alone" });
    await project.expectExit(3, "resume");
    const again = await project.waiting();
    expect(of(again, "two").context).toMatchObject({
      reasons: ["conflict markers are still in README.md"],
      folder: of(asked, "two").context.folder,
    });
    expect(((await project.facts()).attempts["three"] ?? []).map(({ status }) => status)).toEqual([
      "bounced",
      "accepted",
    ]);

    await writeFile(readme, "# By one and two\n");
    await project.resolve(of(again, "two"), { answer: "approve" });
    await project.resolve(of(again, "four"), { answer: "reject" });
    await project.expectExit(1, "resume");

    const done = { one: "completed", two: "completed", three: "completed", side: "completed" };
    expect(statusesOf(await project.facts())).toEqual({ ...done, four: "failed" });
    expect(await project.show("README.md")).toBe("# By one and two");
    expect(await project.show("three.txt")).toBe("made");
    expect(await project.turns("resolver:two")).toHaveLength(1);
  });
});

describe("a job that stands still", { timeout: 180_000 }, () => {
  it("goes on with a raised budget, and is cancelled by a stop", async () => {
    project = await WaitingProject.make({
      tasks: [{ key: "a" }, { key: "b", dependsOn: ["a"] }],
      answers: () => ({
        a: { ...writes("a.txt"), usage: { costUsd: 2 } },
        b: { ...writes("b.txt"), usage: { costUsd: 2 } },
        "reviewer:*": { result: null, usage: { costUsd: 0 } },
      }),
      settings: { budget: { maxCostUsdPerJob: 1 }, execution: { cache: false } },
    });
    await project.runPlan(4);
    const asked = of(await project.waiting(), "the job");
    expect(asked).toMatchObject({ kind: "budget", options: ["raise", "stop"], context: { limitUsd: 1, costUsd: 2 } });
    await project.resolve(asked, { answer: "raise", amountUsd: 9 });
    await project.expectExit(0, "resume");
    expect((await project.facts()).job.options.maxCostUsdPerJob).toBe(10);

    await project.runPlan(4);
    await project.resolve(of(await project.waiting(), "the job"), { answer: "stop" });
    const facts = await project.facts();
    expect(facts.job.status).toBe("cancelled");
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "cancelled" });
    expect(await project.waiting()).toEqual({});
  });

  it("asks why several tasks failed alike, goes on with what is left, and is cancelled by a stop", async () => {
    const failure = { class: "permanent", message: "The compiler is not installed" };
    const bad = ["f1", "f2", "f3"];
    project = await WaitingProject.make({
      tasks: [...bad.map((key) => ({ key, priority: 9 })), { key: "left" }],
      answers: () => ({ ...Object.fromEntries(bad.map((key) => [key, { failure }])), left: writes("left.txt") }),
      settings: { execution: { workers: 1, cache: false } },
    });
    const said = await project.runPlan(3);
    expect(said).toContain("tutti breakpoint");
    const asked = of(await project.waiting(), "the job");
    expect(asked).toMatchObject({ kind: "failure", options: ["retry", "stop"] });
    expect(asked.context.reasons.join()).toContain("The compiler is not installed");
    await project.resolve(asked, { answer: "retry" });
    await project.expectExit(1, "resume");
    expect(statusesOf(await project.facts())).toMatchObject({ f1: "failed", left: "completed" });

    await project.runPlan(3);
    await project.resolve(of(await project.waiting(), "the job"), { answer: "stop" });
    const facts = await project.facts();
    expect(facts.job.status).toBe("cancelled");
    expect(statusesOf(facts)).toMatchObject({ f1: "failed", left: "cancelled" });
  });
});

describe("an evaluator of a plugin", { timeout: 180_000 }, () => {
  it("decides for a rule, and where it throws or answers oddly a person is asked", async () => {
    const plugin = `export default {
      name: "mine",
      breakpointEvaluators: {
        isFine: ({ task, kind }) => {
          if (task === "thrown") throw new Error("no idea");
          return task === "odd" ? "yes" : kind === "before-merge" && task === "fine";
        },
        isBroken: () => Promise.reject(new Error("broken")),
      },
    };`;
    const on = "before-merge";
    const rules = [
      { name: "let-through", on, when: { custom: "isFine" }, action: "approve", priority: 1 },
      { name: "forbid", on, when: { all: [{ task: "refused" }, { custom: "isBroken" }] }, action: "deny", priority: 2 },
      { name: "look", on, action: "ask" },
    ];
    const keys = ["fine", "thrown", "odd", "other", "refused"];
    project = await WaitingProject.make({
      tasks: keys.map((key) => ({ key })),
      answers: () => Object.fromEntries(keys.map((key) => [key, writes(`${key}.txt`)])),
      settings: { plugins: ["./mine.mjs"], execution: { workers: 2 } },
      files: { "mine.mjs": plugin, ".tutti/breakpoints.yaml": stringify({ rules }) },
    });
    await project.runPlan(3);
    expect(Object.keys(await project.waiting()).toSorted()).toEqual(["odd", "other", "thrown"]);
    const facts = await project.facts();
    expect(statusesOf(facts)).toMatchObject({ fine: "completed", refused: "failed" });
    expect(facts.tasks["fine"]?.evidence?.approvedBy).toBe("rule let-through");
  });
});
