import { afterEach, describe, expect, it } from "vitest";

import { stringify } from "yaml";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const test = `import assert from "node:assert/strict";
import { test } from "node:test";
import { double } from "../src/double.js";

test("doubles", () => assert.equal(double(2), 4));
`;

const worker = (key: string, files: Readonly<Record<string, string>>) => ({
  match: { role: "worker", task: key },
  turns: [writes(files), says("Done.")],
});

const rules = [
  worker("double", { "src/double.js": "export const double = (n) => 2 * n;\n", "test/double.test.js": test }),
  worker("triple", { "src/triple.js": "export const triple = (n) => 3 * n;\n" }),
  {
    match: { role: "reviewer" },
    turns: [{ structured: { verdict: "reached", summary: "Both are there.", findings: [], nextSteps: [] } }],
  },
];

const plan = {
  summary: "Two functions",
  tasks: [
    { key: "double", title: "Double", prompt: "Write double(n) in src/double.js, with a test in test/double.test.js." },
    { key: "triple", title: "Triple", prompt: "Write triple(n) in src/triple.js.", dependsOn: ["double"] },
  ],
};

describe("work that no rule refuses", () => {
  it("is proved by a test that fails without it, and waits for a person where nothing noticed it", async () => {
    project = await scratchProject({
      "package.json": '{ "type": "module" }\n',
      "plan.yaml": stringify(plan),
      "tutti.config.yaml": [
        "execution: { workers: 1 }",
        "quality: { unproved: ask, proveOnBase: true }",
        "gates: [{ name: test, run: node --test }]",
      ].join("\n"),
    });
    model = await startSimulator({ scenario: parseScenario(stringify({ rules }), "scenario.yaml") });

    const run = await runTutti(project, { args: ["run", "--plan", "plan.yaml", "--yes"], modelUrl: model.url });

    expect(run.exitCode, `${run.stdout}${run.stderr}`).toBe(3);
    const first = await inspectJob(project);
    expect(statusesOf(first)).toEqual({ double: "completed", triple: "waiting" });
    const explained = await runTuttiHere(project, ["explain", "triple"]);
    expect(explained.stdout.replaceAll(/\s+/g, " ")).toContain("unproved: test passes without the change, too");
    const shown = await runTuttiHere(project, ["task", "show", "double"]);
    expect(shown.stdout).toContain("proved: without the change test fails");

    const listed = await runTuttiHere(project, ["breakpoint", "list", "--json"]);
    const [, id = ""] = /"id":"([^"]+)"/.exec(listed.stdout) ?? [];
    const resolved = await runTuttiHere(project, ["breakpoint", "resolve", id, "approve"]);
    expect(resolved.exitCode, `${resolved.stdout}${resolved.stderr}`).toBe(0);
    const resumed = await runTutti(project, { args: ["resume", "--yes"], modelUrl: model.url });

    expect(resumed.exitCode, `${resumed.stdout}${resumed.stderr}`).toBe(0);
    expect(resumed.stdout).toContain("2 of 2 tasks completed (1 unproved)");
    expect(resumed.stdout).toContain("completed, proved");
    expect(model.unmatched).toEqual([]);
  });
});
