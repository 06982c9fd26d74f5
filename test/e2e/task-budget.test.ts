import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
  await project.remove();
});

const planOf = (tasks: readonly object[]) =>
  stringify({ summary: "s", tasks: tasks.map((task) => ({ title: "T", prompt: "P", ...task })) });

const run = (...args: readonly string[]) =>
  runTutti(project, { args, ...(model === undefined ? {} : { modelUrl: model.url }) });

async function expectExit(code: number, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...args);
  expect(exitCode, stdout + stderr).toBe(code);
  return stdout + stderr;
}

const runPlan = ["run", "--plan", "plan.yaml", "--yes", "--workers", "1"];

/** They wait for a person, and nobody has paid for them since. */
async function expectToWait(...keys: readonly string[]): Promise<void> {
  const facts = await inspectJob(project);
  const statuses = Object.entries(facts.tasks).map(([key, { status }]) => [key, status]);
  expect(statuses).toEqual(statuses.map(([key = ""]) => [key, keys.includes(key) ? "waiting" : "completed"]));
  for (const key of keys) {
    expect(facts.tasks[key]).toMatchObject({ waitsFor: "person" });
    expect(facts.tasks[key]?.reason).toMatch(/The task has used up its limit of 1 USD/);
    expect(facts.attempts[key]?.map(({ status }) => status)).toEqual(["interrupted"]);
  }
}

describe("a task that has used up its own budget", { timeout: 240_000 }, () => {
  const requests = async () =>
    (await readFile(`${project.home}/requests`, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly key: string; readonly sessionId: string })
      .filter(({ key }) => key === "dear#1");

  const dearTurn = { delayMs: 600_000, usage: { costUsd: 2 } };
  const answers = {
    "*": { text: "done" },
    dear: { ...dearTurn, again: { write: { "dear.txt": "x" }, usage: { costUsd: 0.5 } } },
    wordy: [dearTurn, { write: { "wordy.txt": "x" }, usage: { costUsd: 0.5 } }],
    cheap: { write: { "cheap.txt": "x" } },
    free: { delayMs: 1_500, write: { "free.txt": "x" }, usage: { costUsd: 20 } },
  };

  it("waits for a person, over restarts too, and goes on in its conversation with more, or anew with another prompt", async () => {
    const free = "inputUsdPerMtok: 0, outputUsdPerMtok: 0, cacheWriteUsdPerMtok: 0, cacheReadUsdPerMtok: 0";
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": `agent: { kind: fake, fakeScript: script.json }
budget:
  maxCostUsdPerTask: 1
  prices:
    - { model: claude-sonnet-5-5, ${free} }
`,
      "plan.yaml": planOf([
        ...["dear", "wordy", "cheap"].map((key) => ({ key })),
        { key: "free", escalate: ["claude-sonnet-5-5"] },
      ]),
    });
    await project.write({ "script.json": JSON.stringify({ answers, requestLog: `${project.home}/requests` }) });

    for (const args of [runPlan, ["resume"]]) {
      await expectExit(3, ...args);
      await expectToWait("dear", "wordy");
    }
    expect(await requests()).toHaveLength(1);
    const { job, events } = await inspectJob(project);
    // A price of one's own decides when a share is used up, in the stead of what the agent thinks that it costs.
    const sessions = events.filter(({ type, taskId }) => type === "agent-session-started" && taskId?.endsWith("/free"));
    expect(sessions).toHaveLength(1);

    await expectExit(3, "retry", job.id, "dear", "--max-cost-per-task", "2");
    expect(await requests()).toHaveLength(1);
    await expectExit(3, "task", "retry", "dear", "--max-cost-per-task", "5");
    await expectExit(0, "task", "retry", "wordy", "--max-cost-per-task", "5", "--prompt", "Do less");

    const { attempts } = await inspectJob(project);
    expect(attempts["dear"]?.map(({ status }) => status)).toEqual(["accepted"]);
    expect(attempts["wordy"]?.map(({ status }) => status)).toEqual(["rejected", "accepted"]);
    expect(new Set((await requests()).map(({ sessionId }) => sessionId)).size).toBe(1);
  });
});

describe("the real Claude Code with a price and a budget of one's own", { timeout: 240_000 }, () => {
  const prices = `
    - { model: gateway/our-model, from: 2026-01-01, inputUsdPerMtok: 1, outputUsdPerMtok: 10, cacheWriteUsdPerMtok: 1, cacheReadUsdPerMtok: 1 }`;
  const configOf = (more: string) =>
    `models: { worker: { model: gateway/our-model } }\nbudget:\n  maxCostUsdPerTask: 1\n${more}`;

  it("runs under a limit where the price is known, waits where a task has used it up, and counts what it really costs", async () => {
    const usage = { inputTokens: 50_000, outputTokens: 10_000 };
    const tooMuch = { inputTokens: 100, outputTokens: 400_000 };
    model = await scriptedModel({
      tasks: [],
      workers: {
        dear: [{ ...writes({ "dear.txt": "x" }), usage: tooMuch }, says("Done.")],
        cheap: [
          { ...writes({ "cheap.txt": "x" }), usage },
          { ...says("Done."), usage },
        ],
      },
    });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": configOf(""),
      "plan.yaml": planOf([{ key: "dear" }, { key: "cheap" }]),
    });
    const refused = await expectExit(2, ...runPlan);
    expect(refused).toContain("gateway/our-model");
    expect(refused).toContain("budget.prices");

    await project.write({ "tutti.config.yaml": configOf(`  prices:${prices}\n`) });
    await expectExit(3, ...runPlan);
    await expectToWait("dear");
    await expectExit(0, "task", "retry", "dear", "--max-cost-per-task", "50");

    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ dear: "completed", cheap: "completed" });
    expect(facts.attempts["dear"]).toHaveLength(1);
    expect(model.unmatched).toEqual([]);
    const { stdout } = await runTuttiHere(project, ["cost", "--by", "model", "--json"]);
    const { groups } = JSON.parse(stdout) as { readonly groups: readonly { key: string; costUsd: number }[] };
    // Tokens read at $1 and written at $10 a million, whichever of its turns the dear one had to ask for again.
    const sent = model.requests.flatMap(({ task, usage: used }) =>
      task === undefined || used === undefined ? [] : [used],
    );
    const costUsd = sent.reduce((sum, used) => sum + (used.inputTokens + 10 * used.outputTokens) / 1e6, 0);
    expect(costUsd).toBeGreaterThan(4.3);
    expect(groups.find(({ key }) => key === "gateway/our-model")?.costUsd).toBeCloseTo(costUsd, 6);
  });
});
