import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { projectRoot } from "../docs/read-pages.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti, startTutti } from "../support/tutti-process.ts";

type Example = {
  readonly workflow: string;
  readonly input: unknown;
  /** What the model does. The rule `first` answers before everything is killed, `second` is asked when it is. */
  readonly rules: string;
  readonly output: unknown;
  /** On the job's branch afterwards, by path. */
  readonly files?: Readonly<Record<string, string>>;
};

const examples: Readonly<Record<string, Example>> = {
  "sequential-pipeline": {
    workflow: "feature",
    input: { goal: "Greet by name" },
    rules: `
  - name: first
    match: { role: worker, contains: Which files does this concern? }
    turns: [{ structured: { files: [greet.js] } }]
  - name: second
    match: { role: worker, contains: ["Do it, in the files of the analysis", greet.js, Greet by name] }
    turns: [{ writes: { greet.js: "export const greet = (name) => name;\\n" } }, { says: It greets. }]`,
    output: { files: ["greet.js"], built: "It greets.", isTested: true },
    files: { "greet.js": "export const greet = (name) => name;" },
  },
  "fan-out": {
    workflow: "audit",
    input: { folders: ["src", "bin"] },
    rules: `
  - name: first
    match: { role: worker, contains: "## branch-2: bin (subagent explorer)" }
    turns:
      - tools:
          - { name: Agent, input: { description: src, prompt: Look into src., subagent_type: explorer } }
          - { name: Agent, input: { description: bin, prompt: Look into bin., subagent_type: explorer } }
      - structured: { branch-1: { answer: [it leaks, it is slow] }, branch-2: { problem: it is empty } }
  - name: second
    match: { role: worker, contains: [Try to refute this, it leaks] }
    turns: [{ structured: { isConfirmed: true, reason: nothing closes it } }]
  - match: { role: worker, contains: [Try to refute this, it is slow] }
    turns: [{ structured: { isConfirmed: false, reason: it is not } }]
  - match: { role: worker, contains: [Report what was confirmed, confirmed, "bin failed, nothing is known of it"] }
    turns: [{ says: It leaks. }]
  - match: { contains: Look into }
    turns: [{ says: Looked. }]`,
    output: { confirmed: ["it leaks"], unread: ["bin"], report: "It leaks." },
  },
  "conditional-branching": {
    workflow: "triage",
    input: { issue: "It prints Helo" },
    rules: `
  - name: first
    match: { role: worker, contains: [What is this issue?, It prints Helo, "- bug: Something does not do"] }
    turns: [{ structured: { choice: bug, reason: a letter is missing } }]
  - name: second
    match: { role: worker, contains: "Fix it: It prints Helo. a letter is missing" }
    turns: [{ edits: [{ file: hello.txt, old: Helo, new: Hello }] }, { says: Fixed. }]`,
    output: { path: "bug", because: "a letter is missing", outcome: "Fixed." },
    files: { "hello.txt": "Hello" },
  },
  "iterative-refinement": {
    workflow: "shorten",
    input: { file: "long.txt", words: 3, tries: 2 },
    rules: `
  - name: second
    match: { role: worker, contains: [Say the same in long.txt, 2 words too many] }
    turns: [{ writes: { long.txt: "one two three four five six seven\\n" } }, { says: Tried. }]
  - name: first
    match: { role: worker, contains: Say the same in long.txt }
    turns: [{ writes: { long.txt: "one two three four five\\n" } }, { says: Shortened. }]
  - match: { role: worker, contains: git restore --source= }
    turns: [{ runs: "git restore --source=HEAD~1 --staged --worktree -- ':(glob)long.txt'" }, { says: Restored. }]`,
    output: { status: "max-iterations", bestTry: 1, scores: [0.8, 0.6], files: "restored" },
    files: { "long.txt": "one two three four five" },
  },
};

const furtherExamples: Readonly<Record<string, Example>> = {
  supervisor: {
    workflow: "deliver",
    input: { goal: "Greet by name", check: "test -e greet.js" },
    rules: `
  - name: first
    match: { role: worker, contains: [You supervise the work on this goal, This is round 1] }
    turns:
      - structured:
          delegate: [{ worker: builder, title: Write it, prompt: Write greet.js so that it greets. }]
          criteria: [{ id: c1, isMet: false, evidence: nothing is there }]
          done: false
          reason: it has to be written
  - name: third
    match: { role: worker, contains: [This is round 2, "d1 builder: Write it (completed)"] }
    turns:
      - structured:
          delegate: []
          criteria: [{ id: c1, isMet: true, evidence: "greet.js:1 greets" }]
          done: true
          reason: it greets
  - name: second
    match: { role: worker, contains: Write greet.js so that it greets. }
    turns: [{ writes: { greet.js: "export const greet = (name) => name;\\n" } }, { says: It greets. }]`,
    output: { status: "met", rounds: 2, work: ["builder: Write it"], open: [] },
    files: { "greet.js": "export const greet = (name) => name;" },
  },
  "event-driven": {
    workflow: "react",
    input: { id: "run-17", type: "test_failed", source: "ci", details: { test: "prints Hello" } },
    rules: `
  - name: first
    match: { role: worker, contains: [Why does this test fail?, prints Hello] }
    turns: [{ says: A letter is missing. }]
  - name: second
    match: { role: worker, contains: [Mend the cause., A letter is missing.] }
    turns: [{ edits: [{ file: hello.txt, old: Helo, new: Hello }] }, { says: Mended. }]`,
    output: { id: "run-17", type: "test_failed", handler: "test_failed", result: "Mended." },
    files: { "hello.txt": "Hello" },
  },
  "map-reduce": {
    workflow: "survey",
    input: { files: "*.txt" },
    rules: `
  - name: first
    match: { role: worker, contains: Read hello.txt. }
    turns: [{ structured: { summary: it says Helo, isClear: false } }]
  - name: other
    match: { role: worker, contains: Read long.txt. }
    turns: [{ structured: { summary: it counts, isClear: true } }]
  - name: second
    match: { role: worker, contains: [Report what the texts say, it says Helo, it counts, These are all the parts.] }
    turns: [{ says: One is unclear. }]`,
    output: { report: "One is unclear.", unread: [] },
  },
  saga: {
    workflow: "release",
    input: { version: "1.0" },
    rules: `
  - name: first
    match: { role: worker, contains: Write the notes for 1.0 into long.txt. }
    turns: [{ writes: { long.txt: "notes\\n" } }, { says: Written. }]
  - name: second
    match: { role: worker, contains: May this be released as it is? }
    turns: [{ structured: { isGood: false, reason: the notes say nothing } }]
  - name: undo
    match: { role: worker, contains: ['The step "notes" has to be taken back', "-notes", "+one two three four five six"] }
    turns: [{ writes: { long.txt: "one two three four five six\\n" } }, { says: Taken back. }]`,
    output: { status: "compensated", because: "the notes say nothing", undone: ["notes", "branch"], left: [] },
    files: { "long.txt": "one two three four five six" },
  },
};

const allExamples = { ...examples, ...furtherExamples };

const folder = join(projectRoot, "examples/patterns");
const sourceOf = (name: string): string => readFileSync(join(folder, name, "workflow.ts"), "utf8");

const reviewer = `
  - match: { role: reviewer }
    turns: [{ structured: { verdict: reached, summary: Done., findings: [], nextSteps: [] } }]`;

let project: ScratchProject;
let model: Simulator;

beforeAll(async () => {
  const rules = Object.entries(allExamples).map(([name, { rules }]) => rules.replaceAll("name: ", `name: ${name} `));
  model = await startSimulator({ scenario: parseScenario(`rules:${rules.join("")}${reviewer}`, "scenario.yaml") });
  const workflows = Object.fromEntries(
    Object.keys(allExamples).map((name) => [`.tutti/workflows/${name}.ts`, sourceOf(name)]),
  );
  project = await scratchProject({
    "hello.txt": "Helo\n",
    "long.txt": "one two three four five six\n",
    "tutti.config.yaml": "agent: { sandbox: 'off', allow: [Bash] }\nexecution: { workers: 2 }\n",
    ...workflows,
  });
});

afterAll(async () => {
  await model.close();
  await project.remove();
});

describe("the examples of patterns with the real Claude Code", () => {
  it("are all tested here", () => {
    const there = globSync("*/workflow.ts", { cwd: folder }).map((path) => dirname(path));
    expect(new Set(there)).toEqual(new Set(Object.keys(allExamples)));
  });

  it.each(Object.entries(allExamples))(
    "%s is killed in its middle, goes on, and comes to what it says",
    async (name, example) => {
      const { workflow, input, output, files = {} } = example;
      const killed = startTutti(project, {
        args: ["workflow", "run", workflow, "--input", JSON.stringify(input), "--json"],
        modelUrl: model.url,
      });
      await model.whenRequest(({ rule }) => rule === `${name} second`);
      killed.child.kill("SIGKILL");
      expect((await killed.ended).signal).toBe("SIGKILL");

      const { exitCode, stdout, stderr } = await runTutti(project, { args: ["resume", "--json"], modelUrl: model.url });
      expect(model.unmatched).toEqual([]);
      expect(exitCode, stdout + stderr).toBe(0);
      expect(parseNdjson(stdout).at(-1)).toMatchObject({ output });
      const again = model.requests.filter(({ rule, turn }) => rule === `${name} first` && turn === 0);
      expect(again).toHaveLength(1);
      for (const [path, text] of Object.entries(files)) {
        expect(await project.git("show", `${await newestBranch()}:${path}`)).toBe(text);
      }
      expect(await project.git("status", "--porcelain")).toBe("");
      expect(await project.git("branch", "--list", "release/*")).toBe("");
    },
  );
});

async function newestBranch(): Promise<string> {
  const jobs = ["branch", "--list", "tutti/*", "--sort=-committerdate", "--format=%(refname)"];
  return (await project.git(...jobs)).split("\n")[0] ?? "";
}
