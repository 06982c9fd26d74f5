import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
  await project.remove();
});

const plan = stringify({
  summary: "s",
  tasks: ["dear", "cheap"].map((key) => ({ key, title: key, prompt: "P" })),
});

const run = (...args: readonly string[]) =>
  runTutti(project, { args, ...(model === undefined ? {} : { modelUrl: model.url }) });

const runPlan = () => run("run", "--plan", "plan.yaml", "--yes", "--workers", "1");

/** The task waits, its job says how to go on, and nobody pays for it meanwhile, whoever starts the job again. */
async function expectToWait(): Promise<void> {
  for (const start of [runPlan, () => run("resume")]) {
    const result = await start();
    expect(result.exitCode, result.stdout + result.stderr).toBe(3);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ dear: "waiting", cheap: "completed" });
    expect(facts.tasks["dear"]).toMatchObject({ waitsFor: "person" });
    expect(facts.tasks["dear"]?.reason).toMatch(/The task has used up its limit of 1 USD/);
    expect(facts.attempts["dear"]?.map(({ status }) => status)).toEqual(["interrupted"]);
  }
}

describe("a task that has used up its own budget", { timeout: 180_000 }, () => {
  const requests = async () =>
    (await readFile(`${project.home}/requests`, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly key: string; readonly sessionId: string })
      .filter(({ key }) => key === "dear#1");

  it("waits for a person, also over a restart, and goes on in its own conversation with more", async () => {
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nbudget: { maxCostUsdPerTask: 1 }\n",
      "plan.yaml": plan,
    });
    const again = { write: { "dear.txt": "x" }, usage: { costUsd: 0.5 } };
    const answers = {
      "*": { text: "done" },
      dear: { delayMs: 600_000, usage: { costUsd: 2 }, again },
      cheap: { write: { "cheap.txt": "x" } },
    };
    await project.write({ "script.json": JSON.stringify({ answers, requestLog: `${project.home}/requests` }) });

    await expectToWait();
    expect(await requests()).toHaveLength(1);

    const { job } = await inspectJob(project);
    const still = await run("retry", job.id, "dear", "--max-cost-per-task", "2");
    expect(still.exitCode, still.stdout + still.stderr).toBe(3);
    expect(await requests()).toHaveLength(1);

    const result = await run("task", "retry", "dear", "--max-cost-per-task", "5");
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ dear: "completed", cheap: "completed" });
    expect(facts.attempts["dear"]?.map(({ status }) => status)).toEqual(["accepted"]);
    expect(new Set((await requests()).map(({ sessionId }) => sessionId)).size).toBe(1);
  });

  it("begins anew where it is given another prompt", async () => {
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nbudget: { maxCostUsdPerTask: 1 }\n",
      "plan.yaml": plan,
    });
    const answers = {
      "*": { text: "done" },
      dear: [
        { delayMs: 600_000, usage: { costUsd: 2 } },
        { write: { "dear.txt": "x" }, usage: { costUsd: 0.5 } },
      ],
      cheap: { write: { "cheap.txt": "x" } },
    };
    await project.write({ "script.json": JSON.stringify({ answers }) });
    await expectToWait();
    const result = await run("task", "retry", "dear", "--max-cost-per-task", "5", "--prompt", "Do less");
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const { attempts } = await inspectJob(project);
    expect(attempts["dear"]?.map(({ status }) => status)).toEqual(["rejected", "accepted"]);
  });

  it("does the same with the real Claude Code", async () => {
    const dear = { usage: { inputTokens: 100, outputTokens: 400_000 } };
    model = await scriptedModel({
      tasks: [],
      workers: {
        dear: [{ ...writes({ "dear.txt": "x" }), ...dear }, says("Done.")],
        cheap: [writes({ "cheap.txt": "x" }), says("Done.")],
      },
    });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "budget: { maxCostUsdPerTask: 1 }\n",
      "plan.yaml": plan,
    });
    await expectToWait();
    const result = await run("task", "retry", "dear", "--max-cost-per-task", "50");
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ dear: "completed", cheap: "completed" });
    expect(facts.attempts["dear"]).toHaveLength(1);
    expect(model.unmatched).toEqual([]);
  });
});

describe("a price of one's own", { timeout: 120_000 }, () => {
  const prices = `
    - { model: gateway/our-model, from: 2026-01-01, inputUsdPerMtok: 1, outputUsdPerMtok: 10, cacheWriteUsdPerMtok: 1, cacheReadUsdPerMtok: 1 }`;
  const configOf = (more: string) =>
    `models: { worker: { model: gateway/our-model } }\nbudget:\n  maxCostUsdPerJob: 5\n${more}`;

  it("lets a model run under a limit that nobody else knows the price of, and counts what it really costs", async () => {
    const usage = { inputTokens: 50_000, outputTokens: 10_000 };
    model = await scriptedModel({
      tasks: [],
      workers: Object.fromEntries(
        ["dear", "cheap"].map((key) => [
          key,
          [
            { ...writes({ [`${key}.txt`]: "x" }), usage },
            { ...says("Done."), usage },
          ],
        ]),
      ),
    });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": configOf(""),
      "plan.yaml": plan,
    });
    const refused = await runPlan();
    expect(refused.exitCode, refused.stdout).toBe(2);
    expect(refused.stderr).toContain("gateway/our-model");
    expect(refused.stderr).toContain("budget.prices");

    await project.write({ "tutti.config.yaml": configOf(`  prices:${prices}\n`) });
    const result = await runPlan();

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const { stdout } = await run("cost", "--by", "model", "--json");
    const { groups } = JSON.parse(stdout) as { readonly groups: readonly { key: string; costUsd: number }[] };
    // Two turns of two tasks: 50,000 tokens read at $1 and 10,000 written at $10 a million.
    expect(groups.find(({ key }) => key === "gateway/our-model")?.costUsd).toBeCloseTo(0.6, 6);
  });

  it("also decides when a turn has used up its share, in the stead of what the agent thinks that it costs", async () => {
    const free = "inputUsdPerMtok: 0, outputUsdPerMtok: 0, cacheWriteUsdPerMtok: 0, cacheReadUsdPerMtok: 0";
    const answers = {
      dear: { delayMs: 1_500, write: { "dear.txt": "x" }, usage: { costUsd: 20 } },
      cheap: { write: { "cheap.txt": "x" } },
    };
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": `agent: { kind: fake, fakeScript: script.json }
models: { worker: { model: claude-sonnet-5-5 } }
budget:
  maxCostUsdPerTask: 1
  prices:
    - { model: claude-sonnet-5-5, ${free} }
`,
      "script.json": JSON.stringify({ answers: { "*": { text: "done" }, ...answers } }),
      "plan.yaml": plan,
    });

    const result = await runPlan();

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ dear: "completed", cheap: "completed" });
    expect(facts.events.filter(({ type }) => type === "agent-session-started")).toHaveLength(3);
  });
});
