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

/** Fails before anybody has changed anything. */
const oldFailure = `import assert from "node:assert/strict";
import { test } from "node:test";
test("is red since long ago", () => assert.equal(1, 2));
`;

const math = `export function add(a, b) {
  return a + b;
}

export function subtract(a, b) {
  return a - b;
}
`;
const multiply = `
export function multiply(a, b) {
  return a * b;
}
`;

const plugin = `export default {
  name: "house",
  qualityStages: [
    {
      name: "names",
      judge: ({ changedFiles }) =>
        Promise.resolve({
          score: changedFiles.every(({ path }) => path === path.toLowerCase()) ? 1 : 0,
          findings: [{ code: "looked", message: "The names of " + changedFiles.length + " files.", severity: "note" }],
        }),
    },
    { name: "licences", judge: () => Promise.reject(new Error("the licence server is down")) },
  ],
};
`;

const token = "ghp_R4nd0mL00kingT0kenF0rATestQ8zW2xY7vK";

const task = (key: string, file: string, more: object) => ({
  key,
  title: `Write ${file}`,
  prompt: `Add ${key} to ${file}.`,
  expectedOutputs: [file],
  ...more,
});

/** A second attempt is answered only if its prompt says what was found in the first. */
const worker = (key: string, attempt: number, contains: readonly string[], turns: readonly object[]) => ({
  match: { role: "worker", task: key, attempt, ...(contains.length === 0 ? {} : { contains }) },
  turns,
});

const rules = [
  {
    match: { role: "manager" },
    turns: [
      {
        structured: {
          summary: "Two modules.",
          tasks: [task("multiply", "src/math.js", {}), task("upload", "src/upload.js", { dependsOn: ["multiply"] })],
        },
      },
    ],
  },
  worker(
    "multiply",
    1,
    [],
    [writes({ "src/math.js": `// ... existing code ...\n${multiply}` }), says("Added `multiply`.")],
  ),
  worker(
    "multiply",
    2,
    ["src/math.js:1 says that code was left out"],
    [writes({ "src/math.js": `${math}${multiply}` }), says("Added `multiply`; the other functions are back.")],
  ),
  worker(
    "upload",
    1,
    [],
    [writes({ "src/upload.js": `export const token = "${token}";\n` }), says("Wrote src/upload.js.")],
  ),
  worker(
    "upload",
    2,
    ["src/upload.js:1 holds a secret"],
    [
      writes({ "src/upload.js": "export const token = process.env.UPLOAD_TOKEN;\n" }),
      says("The token comes from the environment now."),
    ],
  ),
  {
    match: { role: "reviewer" },
    turns: [{ structured: { verdict: "reached", summary: "Both are there.", findings: [], nextSteps: [] } }],
  },
];

describe("an attempt that is not good enough", () => {
  it("is refused with what was found, and the next one is accepted; the report names what nobody judged", async () => {
    project = await scratchProject({
      "src/math.js": math,
      "test/old.test.js": oldFailure,
      "package.json": '{ "type": "module" }\n',
      "tutti.plugin.ts": plugin,
      "tutti.config.yaml": [
        "execution: { workers: 1 }",
        "plugins: [./tutti.plugin.ts]",
        "quality: { redAtBase: accept, stages: { names: { threshold: 0.5, weight: 2 } } }",
        "gates: [{ name: test, run: node --test }]",
      ].join("\n"),
    });
    model = await startSimulator({ scenario: parseScenario(stringify({ rules }), "scenario.yaml") });

    const run = await runTutti(project, { args: ["run", "Add two modules", "--yes"], modelUrl: model.url });

    expect(run.exitCode, `${run.stdout}${run.stderr}`).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ multiply: "completed", upload: "completed" });
    const [first, second] = facts.attempts["multiply"] ?? [];
    expect(first?.decision).toMatchObject({ action: "retry", feedback: expect.stringContaining("code was left out") });
    expect(facts.attempts["upload"]?.length).toBe(2);
    expect(JSON.stringify(facts)).not.toContain(token);

    // The gate was red before; that alone does not stop the work, and it is said.
    expect(second?.gates).toEqual([
      expect.objectContaining({
        isOk: false,
        isTolerated: true,
        base: expect.objectContaining({ isOk: false, comparison: { fresh: [], freshCount: 0, knownCount: 1 } }),
      }),
    ]);
    const stages = facts.report?.tasks[0]?.quality?.stages ?? [];
    expect(stages.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "outputs passed",
      "commands passed",
      "diff passed",
      "review not-judged",
      "names passed",
      "licences not-judged",
    ]);
    expect(stages.at(-1)?.reason).toContain("the licence server is down");
    expect(run.stdout.replaceAll(/\s+/g, " ")).toContain("not judged: review, licences");
    const shown = await runTuttiHere(project, ["task", "show", "multiply"]);
    expect(shown.stdout).toContain("(code-elided)");
    expect(shown.stdout.replaceAll(/\s+/g, " ")).toContain("there before");
    expect(model.unmatched).toEqual([]);
  });
});
