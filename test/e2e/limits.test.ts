import { readFile } from "node:fs/promises";

import { afterEach, describe, expect, it } from "vitest";

import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { scriptedModel, writes } from "../support/scripted-model.ts";
import { parseNdjson, runTutti, runTuttiHere } from "../support/tutti-process.ts";

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
const look = (...args: readonly string[]) => runTuttiHere(project, args);
const runPlan = () => run("run", "--plan", "plan.yaml", "--yes", "--workers", "1");

const spentUsd = async (...args: readonly string[]): Promise<number | null> => {
  const { stdout } = await look("cost", ...args, "--json");
  return (JSON.parse(stdout) as { readonly total: { readonly costUsd: number | null } }).total.costUsd;
};

const four = ["a", "b", "c", "d"];
const dollarEach: Answers = Object.fromEntries(
  four.map((key) => [key, { delayMs: 300, write: { [`${key}.txt`]: key }, usage: { costUsd: 1 } }]),
);
const independent = four.map((key) => `{ key: ${key}, title: T, prompt: P }`);
const free: Answers = { "reviewer:*": { result: null, usage: { costUsd: 0 } } };

describe("two workers under one limit", () => {
  it("never spend more than there is together, and a job that is paused stays so over a restart", async () => {
    await start({
      tasks: independent,
      answers: { ...dollarEach, ...free },
    });

    const result = await run("run", "--plan", "plan.yaml", "--yes", "--workers", "2", "--max-cost", "2");

    expect(result.exitCode, result.stdout + result.stderr).toBe(4);
    expect(await spentUsd()).toBe(2);
    expect(result.stdout).toMatch(/tutti resume \S+ --max-cost/);

    const again = await run("resume");
    expect(again.exitCode, again.stderr).toBe(4);
    expect(await spentUsd()).toBe(2);

    const more = await run("resume", "--max-cost", "4");
    expect(more.exitCode, more.stdout + more.stderr).toBe(0);
    expect(new Set(Object.values(statusesOf(await inspectJob(project))))).toEqual(new Set(["completed"]));
    expect(await spentUsd()).toBe(4);
  });

  it("give back what a killed worker had set aside: the job goes on after a kill -9 and keeps within its limit", async () => {
    await start({
      tasks: independent,
      answers: { ...dollarEach, ...free },
      config: "budget:\n  maxCostUsdPerJob: 4\nexecution:\n  leaseMs: 2000\n",
    });
    const args = ["run", "--plan", "plan.yaml", "--yes", "--workers", "2"];
    const fault = { TUTTI_FAULT: "execute.session-known@worker", TUTTI_FAULT_FOLDER: `${project.home}/faults` };

    const result = await runTutti(project, { args, env: fault });

    expect(await readFile(`${project.home}/faults/killed`, "utf8")).toContain("worker execute.session-known");
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(await spentUsd()).toBeLessThanOrEqual(4);
  });

  it("give back what a killed coordinator and its workers had set aside, at the resume", async () => {
    await start({
      tasks: independent,
      answers: { ...dollarEach, ...free },
      config: "budget:\n  maxCostUsdPerJob: 4\nexecution:\n  leaseMs: 2000\n",
    });
    const args = ["run", "--plan", "plan.yaml", "--yes", "--workers", "2"];

    const killed = await runTutti(project, { args, env: { TUTTI_FAULT: "integrate.merged@coordinator" } });
    expect(killed.signal).toBe("SIGKILL");

    const resumed = await run("resume");
    expect([0, 4], resumed.stdout + resumed.stderr).toContain(resumed.exitCode);
    expect(await spentUsd()).toBeLessThanOrEqual(4);
  });
});

describe("a turn that uses up what it had set aside", () => {
  it("goes on in its conversation while there is more, as the same attempt", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P }"],
      answers: {
        a: { usage: { costUsd: 1 }, hang: true, again: { write: { "a.txt": "a" }, usage: { costUsd: 0.25 } } },
        ...free,
      },
      config: "budget:\n  maxCostUsdPerJob: 5\n  maxCostUsdPerTurn: 0.5\n",
    });

    const result = await runPlan();

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect((await inspectJob(project)).attempts["a"]).toHaveLength(1);
    expect(await spentUsd()).toBe(1.25);
  });

  it("goes on with the real Claude Code too, and pauses the job when there is no more", async () => {
    const dear = { outputTokens: 100_000 };
    const model = await scriptedModel({
      tasks: [{ key: "a" }],
      workers: {
        a: [1, 2, 3, 4].map((number) => ({ ...writes({ [`${number}.txt`]: "x" }), usage: dear })),
      },
    });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "budget:\n  maxCostUsdPerJob: 2.5\n  maxCostUsdPerTurn: 0.9\n",
    });

    const result = await runTutti(project, { args: ["run", "Do the work", "--yes"], modelUrl: model.url });
    await model.close();

    expect(result.exitCode, result.stdout + result.stderr).toBe(4);
    const facts = await inspectJob(project);
    expect(facts.attempts["a"]).toHaveLength(1);
    expect(facts.tasks["a"]).toMatchObject({ status: "waiting", waitsFor: "quota" });
    const sessions = facts.events.flatMap((event) =>
      event.type === "agent-session-started" && event.taskId !== null ? [event.data.sessionId] : [],
    );
    expect(sessions.length).toBeGreaterThan(1);
    expect(new Set(sessions).size).toBe(1);
    // Each request of a dollar is told when it is done: the last one may lie beyond the limit.
    expect(await spentUsd()).toBeLessThan(2.5 + 1);
  });
});

describe("the project's budget", () => {
  it("holds for all jobs together, and a larger setting goes on", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P }"],
      answers: { a: { write: { "a.txt": "a" }, usage: { costUsd: 1 } }, ...free },
      config: "budget:\n  maxCostUsdPerProject: 1\nexecution:\n  cache: false\n",
    });
    expect((await runPlan()).exitCode).toBe(0);

    const second = await runPlan();
    expect(second.exitCode, second.stderr).toBe(4);
    expect(second.stdout).toContain("budget.maxCostUsdPerProject");
    expect(await spentUsd()).toBe(1);

    const env = { TUTTI_BUDGET__MAX_COST_USD_PER_PROJECT: "5" };
    const resumed = await runTutti(project, { args: ["resume"], env });
    expect(resumed.exitCode, resumed.stdout + resumed.stderr).toBe(0);
    expect(await spentUsd()).toBe(2);
  });
});

describe("a model without a price", () => {
  it("is refused under a limit before anything is made, and runs where that is allowed", async () => {
    await start({
      tasks: ["{ key: a, title: A, prompt: P }"],
      answers: { a: { write: { "a.txt": "a" }, usage: { costUsd: null } }, ...free },
      config: "models:\n  worker:\n    model: gateway/some-model\nbudget:\n  maxCostUsdPerJob: 1\n",
    });

    const refused = await runPlan();
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/models\.worker\.model.*gateway\/some-model[\s\S]*budget\.allowUnpriced/);
    expect((await look("job", "list")).stdout).toContain("no job");

    const env = { TUTTI_BUDGET__ALLOW_UNPRICED: "true" };
    const args = ["run", "--plan", "plan.yaml", "--yes", "--json"];
    const allowed = await runTutti(project, { args, env });
    expect(allowed.exitCode, allowed.stdout + allowed.stderr).toBe(0);
    expect(parseNdjson(allowed.stdout).at(-1)).toMatchObject({ type: "result", status: "completed" });
    expect(await spentUsd()).toBeNull();
    expect((await look("cost", "--by", "model")).stdout).toMatch(/gateway\/some-model.*unpriced/);
  });
});

describe("work that our own rules judge", () => {
  it("needs a person, is sent back, or is not believed; a fresh working copy has what the project says it needs", async () => {
    await start({
      tasks: [
        "{ key: obey, title: A, prompt: P }",
        "{ key: inside, title: B, prompt: P, footprint: [src/**] }",
        "{ key: liar, title: C, prompt: P, expectedOutputs: [liar.txt] }",
      ],
      answers: {
        obey: [{ write: { "CLAUDE.md": "obey" } }, { write: { "a.txt": "a" }, delete: ["CLAUDE.md"] }],
        inside: [{ write: { "elsewhere.txt": "x" } }, { write: { "src/a.txt": "a" }, delete: ["elsewhere.txt"] }],
        liar: { text: "All done, liar.txt is written." },
      },
      config:
        "workspace:\n  setup:\n    - run: mkdir -p deps && cat .env.test > deps/installed\n  copy: [.env.test]\n" +
        "gates:\n  - name: installed\n    run: grep -q secret deps/installed\n",
      files: { ".env.test": "secret\n" },
    });

    const first = await runPlan();
    expect(first.exitCode, first.stdout + first.stderr).toBe(3);
    const waiting = await inspectJob(project);
    // A protected file: nothing of it is merged before a person has looked.
    expect(waiting.tasks["obey"]).toMatchObject({ status: "waiting", waitsFor: "person" });
    expect(waiting.tasks["obey"]?.reason).toContain("CLAUDE.md");
    expect(statusesOf(waiting)).toMatchObject({ inside: "completed", liar: "failed" });
    expect(waiting.attempts["inside"]?.[0]?.feedback).toContain("elsewhere.txt");
    expect(waiting.attempts["inside"]).toHaveLength(2);
    expect(await project.git("ls-tree", "-r", "--name-only", waiting.job.branch)).not.toMatch(
      /CLAUDE\.md|\.env\.test|deps/,
    );

    const retried = await run("retry");
    expect(retried.exitCode, retried.stderr).toBe(1);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ obey: "completed", inside: "completed", liar: "failed" });
    const merged = await project.git("ls-tree", "-r", "--name-only", facts.job.branch);
    expect(merged).toContain("a.txt");
    expect(merged).not.toMatch(/CLAUDE\.md|\.env\.test|deps/);
  });
});
