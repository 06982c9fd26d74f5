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
      - structured: { branches: { branch-1: [it leaks, it is slow] }, problems: [{ branch: branch-2, why: it is empty }] }
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

const folder = join(projectRoot, "examples/patterns");
const sourceOf = (name: string): string => readFileSync(join(folder, name, "workflow.ts"), "utf8");

const reviewer = `
  - match: { role: reviewer }
    turns: [{ structured: { verdict: reached, summary: Done., findings: [], nextSteps: [] } }]`;

let project: ScratchProject;
let model: Simulator;

beforeAll(async () => {
  const rules = Object.entries(examples).map(([name, { rules }]) => rules.replaceAll("name: ", `name: ${name} `));
  model = await startSimulator({ scenario: parseScenario(`rules:${rules.join("")}${reviewer}`, "scenario.yaml") });
  const workflows = Object.fromEntries(
    Object.keys(examples).map((name) => [`.tutti/workflows/${name}.ts`, sourceOf(name)]),
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
    expect(new Set(there)).toEqual(new Set(Object.keys(examples)));
  });

  it.each(Object.entries(examples))(
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
    },
  );
});

async function newestBranch(): Promise<string> {
  const jobs = ["branch", "--list", "tutti/*", "--sort=-committerdate", "--format=%(refname)"];
  return (await project.git(...jobs)).split("\n")[0] ?? "";
}
