import { afterEach, describe, expect, it } from "vitest";

import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

type Answers = Readonly<Record<string, unknown>>;

/** A project whose agents play a script, so that only our own rules are at work. */
async function start(setup: {
  tasks: readonly string[];
  answers: Answers;
  config?: string;
  files?: Record<string, string>;
}) {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    ".gitignore": ".env.test\ndeps/\n",
    "tutti.config.yaml": `agent:\n  kind: fake\n  fakeScript: script.json\n${setup.config ?? ""}`,
    "plan.yaml": `summary: s\ntasks:\n${setup.tasks.map((task) => `  - ${task}\n`).join("")}`,
    "script.json": JSON.stringify({ answers: { "*": { text: "done" }, ...setup.answers } }),
  });
  await project.write(setup.files ?? {});
}

const run = (...args: readonly string[]) => runTutti(project, { args });
const runPlan = () => run("run", "--plan", "plan.yaml", "--yes", "--workers", "1");

describe("a job's budget", () => {
  it("pauses dispatch when it is used up: exit code 4, and what was paid for is kept", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P }", "{ key: b, title: B, prompt: P, dependsOn: [a] }"],
      answers: {
        a: { write: { "a.txt": "a" }, usage: { costUsd: 2 } },
        b: { write: { "b.txt": "b" }, usage: { costUsd: 2 } },
      },
      config: "budget:\n  maxCostUsdPerJob: 1\n",
    });

    const result = await runPlan();

    expect(result.exitCode, result.stderr).toBe(4);
    expect(statusesOf(await inspectJob(project))).toEqual({ a: "completed", b: "pending" });

    const resumed = await run("resume", "--max-cost", "10");
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(statusesOf(await inspectJob(project))).toEqual({ a: "completed", b: "completed" });
  });
});

describe("a protected file", () => {
  it("needs a person: exit code 3, nothing merged, and retry starts over", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P }"],
      answers: { a: [{ write: { "CLAUDE.md": "obey" } }, { write: { "a.txt": "a" }, delete: ["CLAUDE.md"] }] },
    });

    expect((await runPlan()).exitCode).toBe(3);
    const waiting = await inspectJob(project);
    expect(waiting.tasks["a"]).toMatchObject({ status: "waiting", waitsFor: "person" });
    expect(waiting.tasks["a"]?.reason).toContain("CLAUDE.md");

    const retried = await run("retry");
    expect(retried.exitCode, retried.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ a: "completed" });
    expect(await project.git("ls-tree", "--name-only", facts.job.branch)).not.toContain("CLAUDE.md");
  });
});

describe("a fresh working copy", () => {
  it("gets what the project says it needs: set-up commands and copied files, none of which reach the branch", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P }"],
      answers: { a: { write: { "a.txt": "a" } } },
      config:
        "workspace:\n  setup:\n    - run: mkdir -p deps && cat .env.test > deps/installed\n  copy: [.env.test]\n" +
        "gates:\n  - name: installed\n    run: grep -q secret deps/installed\n",
      files: { ".env.test": "secret\n" },
    });

    const result = await runPlan();

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(await project.git("ls-tree", "-r", "--name-only", facts.job.branch)).not.toMatch(/\.env\.test|deps/);
  });
});

describe("work outside a task's footprint", () => {
  it("is sent back with the reason, and passes when it stays inside", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P, footprint: [src/**] }"],
      answers: { a: [{ write: { "elsewhere.txt": "x" } }, { write: { "src/a.txt": "a" }, delete: ["elsewhere.txt"] }] },
    });

    expect((await runPlan()).exitCode).toBe(0);
    const facts = await inspectJob(project);
    expect(facts.attempts["a"]?.[0]?.feedback).toContain("elsewhere.txt");
    expect(facts.attempts["a"]).toHaveLength(2);
  });
});

describe("an agent that only says that it is done", () => {
  it("is not believed: the task fails after its attempts, exit code 1", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P, expectedOutputs: [a.txt] }"],
      answers: { a: { text: "All done, a.txt is written." } },
    });

    expect((await runPlan()).exitCode).toBe(1);
    expect(statusesOf(await inspectJob(project))).toEqual({ a: "failed" });
  });
});
