import { afterEach, expect, it } from "vitest";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const scenario = `rules:
  - match: { role: worker, contains: "## branch-1: auth" }
    turns: [{ structured: { branch-1: { answer: It is one file. } } }]
  - match: { role: worker, contains: [Put together what was found out, It is one file] }
    turns: [{ structured: { needsRefactoring: true, reason: it is tangled, plan: Split it. } }]
  - match: { role: worker, contains: [Refactor by the plan, Split it] }
    turns: [{ writes: { login.js: "export const login = () => true;\\n" } }, { says: Split. }]
  - match: { role: worker, contains: [Is this goal met, by code that is simple and tested] }
    turns: [{ structured: { score: 0.9, feedback: Good. } }]
  - match: { role: reviewer }
    turns: [{ structured: { verdict: reached, summary: Done., findings: [], nextSteps: [] } }]
`;

it("the workflow complex goes through all of its patterns with the real Claude Code", async () => {
  model = await startSimulator({ scenario: parseScenario(scenario, "scenario.yaml") });
  project = await scratchProject({ "README.md": "# Scratch\n", "tutti.config.yaml": "agent: { sandbox: 'off' }\n" });
  const input = { goal: "Log in by passkey", modules: ["auth"], acceptance: [{ command: "test -f login.js" }] };
  const { exitCode, stdout, stderr } = await runTutti(project, {
    args: ["workflow", "run", "complex", "--input", JSON.stringify(input), "--json"],
    modelUrl: model.url,
  });
  expect(model.unmatched).toEqual([]);
  expect(exitCode, stdout + stderr).toBe(0);
  expect(parseNdjson(stdout).at(-1)).toMatchObject({
    output: { path: "refactor", because: "it is tangled", done: "Split." },
  });
  const facts = await inspectJob(project);
  expect(Object.values(statusesOf(facts))).toEqual(Array(4).fill("completed"));
  expect(await project.git("show", `${facts.job.branch}:login.js`)).toContain("login");
});
