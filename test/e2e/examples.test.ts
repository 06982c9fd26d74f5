import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterEach, describe, expect, it } from "vitest";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { projectRoot } from "../docs/read-pages.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { environmentOf } from "../support/tutti-process.ts";

const run = promisify(execFile);

type Example = {
  /** What the model does. */
  readonly scenario: string;
  /** What the program prints, `<job>` for the job's id. */
  readonly printed: string;
  /** The files on the job's branch afterwards. */
  readonly files: readonly string[];
  /** Of files that several tasks wrote: their lines, sorted. */
  readonly lines?: Readonly<Record<string, readonly string[]>>;
};

const writes = (task: string, path: string, says: string): string => `
  - match: { role: worker, task: ${task} }
    turns: [{ writes: { ${path}: "export const ${task} = () => 1;\\n" } }, { says: ${says} }]`;

/** The first of the four that comes makes the file; each of the others adds its line. */
const appends = (task: string): string => `
  - match: { role: worker, task: ${task} }
    turns: [{ runs: "mkdir -p routes && echo ${task} >> routes/tasks.js" }, { says: Added. }]`;

const examples: Readonly<Record<string, Example>> = {
  parallel: {
    scenario:
      writes("factorial", "src/factorial.js", "It recurses.") +
      writes("fibonacci", "src/fibonacci.js", "It loops.") +
      writes("prime", "src/prime.js", "It divides."),
    printed: `factorial: completed. It recurses.
fibonacci: completed. It loops.
prime: completed. It divides.
Look at it: git log --stat tutti/<job>`,
    files: ["src/factorial.js", "src/fibonacci.js", "src/prime.js"],
  },
  hierarchical: {
    scenario:
      writes("api", "src/api.js", "Three endpoints.") +
      `
  - match: { role: worker, task: tests, contains: Three endpoints. }
    turns: [{ reads: src/api.js, writes: { test/api.test.js: "import ../src/api.js;\\n" } }, { says: Tested. }]
  - match: { role: worker, task: manual, contains: Three endpoints. }
    turns: [{ reads: src/api.js, writes: { docs/api.md: "# API\\n" } }, { says: Described. }]`,
    printed: "api: completed\ntests: completed\nmanual: completed\n3 of 3 tasks completed (100%)",
    files: ["docs/api.md", "src/api.js", "test/api.test.js"],
  },
  adaptive: {
    scenario: `
  - match: { role: worker, task: read }
    turns:
      - reads: src/app.js
      - structured: { findings: [{ file: src/app.js, problem: It leaks, isUrgent: true }] }
  - match: { role: worker, task: fix-src-app-js, contains: It leaks }
    turns: [{ edits: [{ file: src/app.js, old: leak(), new: close() }] }, { says: Fixed. }]`,
    printed: "found in src/app.js: It leaks\n1 of 1 problems are fixed",
    files: ["src/app.js"],
  },
  "quick-delegation": {
    scenario: ["French fr", "Italian it", "Finnish fi"]
      .map((line) => line.split(" "))
      .map(
        ([language = "", code = ""]) => `
  - match: { role: worker, contains: hello in ${language} }
    turns: [{ writes: { ${code}.txt: "hello\\n" } }, { says: Written. }]`,
      )
      .join(""),
    printed: `completed: Write hello in French into fr.txt
completed: Write hello in Italian into it.txt
completed: Write hello in Finnish into fi.txt`,
    files: ["fi.txt", "fr.txt", "it.txt"],
  },
  "full-session": {
    scenario:
      writes("server", "server.js", "It listens.") +
      ["list", "create", "change", "remove"].map(appends).join("") +
      `
  - match: { role: worker, task: tests, attempt: 1 }
    turns: [{ writes: { tests/notes.txt: "later\\n" } }, { says: I only took notes. }]` +
      writes("tests", "tests/tasks.test.js", "All four are tested.") +
      `
  - match: { role: synthesizer, contains: [A task API with all four operations, All four are tested.] }
    turns: [{ says: "Built, merged, tested. Next: add a login." }]`,
    printed: `server: completed (attempts: 1)
list: completed (attempts: 1)
create: completed (attempts: 1)
change: completed (attempts: 1)
remove: completed (attempts: 1)
tests: completed (attempts: 2)
Built, merged, tested. Next: add a login.
Bring it in: tutti merge <job>`,
    files: ["routes/tasks.js", "server.js", "tests/tasks.test.js"],
    lines: { "routes/tasks.js": ["change", "create", "list", "remove"] },
  },
};

const byName = (a: string, b: string): number => a.localeCompare(b);

let project: ScratchProject | undefined;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  await project?.remove();
});

describe("the examples with the real Claude Code", () => {
  it("are all tested here", () => {
    const there = globSync("examples/*/main.ts", { cwd: projectRoot }).map((path) => dirname(path).split("/").at(-1));
    expect(new Set(there)).toEqual(new Set(Object.keys(examples)));
  });

  it.each(Object.entries(examples))("%s prints what it says, and the work is merged", async (name, example) => {
    const { scenario, printed, files } = example;
    model = await startSimulator({ scenario: parseScenario(`rules:${scenario}`, "scenario.yaml") });
    project = await scratchProject({
      "src/app.js": "leak();\n",
      "tutti.config.yaml": "agent: { sandbox: 'off', allow: [Bash] }\nexecution: { workers: 2 }\n",
    });
    const env = environmentOf(project, { modelUrl: model.url });
    const program = join(projectRoot, "examples", name, "main.ts");
    const { stdout } = await run(process.execPath, [program], { cwd: project.root, env });

    const facts = await inspectJob(project);
    expect(stdout.trim()).toBe(printed.replace("<job>", facts.job.id));
    expect(model.unmatched).toEqual([]);
    expect(new Set(Object.values(statusesOf(facts)))).toEqual(new Set(["completed"]));
    const branch = (await project.git("ls-tree", "-r", "--name-only", facts.job.branch)).split("\n");
    expect(branch).toEqual(expect.arrayContaining([...files]));
    for (const task of Object.values(facts.tasks)) expect(task.evidence?.mergedCommit ?? "").toMatch(/^[0-9a-f]{40}$/);
    expect(await project.git("status", "--porcelain")).toBe("");
    for (const [path, lines] of Object.entries(example.lines ?? {})) {
      const text = await project.git("show", `${facts.job.branch}:${path}`);
      expect(text.split("\n").toSorted(byName)).toEqual(lines);
    }
  });
});
