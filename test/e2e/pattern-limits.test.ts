import { afterEach, describe, expect, it } from "vitest";

import { checkoutOf } from "../support/crash/broken-promises.ts";
import { patternCase, type PatternCase, type ScriptedAnswer } from "../support/crash/patterns/pattern-cases.ts";
import { patternJob, runArgs, type PatternJob } from "../support/crash/patterns/pattern-job.ts";
import { projectProcesses } from "../support/crash/project-processes.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { parseNdjson } from "../support/tutti-process.ts";

let job: PatternJob;

afterEach(() => job.remove());

const changed = (workflow: string, change: (answer: ScriptedAnswer) => ScriptedAnswer): PatternCase => {
  const given = patternCase(workflow);
  return { ...given, answers: given.answers.map(change) };
};

/** By the titles of its tasks. */
const statuses = async (): Promise<Readonly<Record<string, string>>> => {
  const { tasks } = await inspectJob(job.project);
  return Object.fromEntries(Object.values(tasks).map(({ spec, status }) => [spec.title, status]));
};

const filesOf = async (): Promise<string> => {
  const { branch } = (await inspectJob(job.project)).job;
  return job.project.git("ls-tree", "--name-only", `${branch}:out`);
};

describe("a fan-out that is cancelled in its middle", () => {
  it("ends at once, asks nobody for the report, and keeps the branch that was done", async () => {
    const given = changed("fan-out", (answer) => (answer.asks.includes("south") ? { ...answer, hang: true } : answer));
    job = await patternJob(given);
    const checkout = await checkoutOf(job.project);
    const running = job.start(runArgs(given));
    await expect
      .poll(() => statuses().catch(() => ({})), { timeout: 60_000, interval: 200 })
      .toEqual({ north: "completed", south: "running" });

    expect((await job.start(["job", "cancel"]).ended).exitCode).toBe(0);
    expect((await running.ended).exitCode).toBe(1);
    expect(await projectProcesses(job.project)).toEqual([]);

    const facts = await inspectJob(job.project);
    expect(facts.job.status).toBe("cancelled");
    expect(facts.events.filter(({ type }) => type === "workflow-ended")).toMatchObject([
      { data: { status: "cancelled" } },
    ]);
    expect(await statuses()).toEqual({ north: "completed", south: "cancelled" });
    expect(await job.asked()).toHaveLength(2);
    expect(await filesOf()).toBe("north.txt");
    expect(await checkoutOf(job.project)).toBe(checkout);
  });
});

describe("a map-reduce whose job has used up its budget in the middle", () => {
  it("pauses and asks, over a restart too, and ends when it may cost more, with nobody asked twice", async () => {
    const given = changed("map-reduce", (answer) => ({ ...answer, usage: { costUsd: 1 } }));
    job = await patternJob(given, "budget: { maxCostUsdPerJob: 2 }\n");
    const checkout = await checkoutOf(job.project);
    for (const args of [runArgs(given), ["resume", "--json"]]) {
      const { exitCode, stdout, stderr } = await job.start(args).ended;
      expect(exitCode, stdout + stderr).toBe(4);
      expect((await inspectJob(job.project)).job.status).toBe("paused");
      expect(Object.values(await statuses()).filter((status) => status === "completed")).toHaveLength(2);
      expect(await job.asked()).toHaveLength(2);
    }
    const { stdout } = await job.start(["job", "show"]).ended;
    expect(stdout).toMatch(/--max-cost/);

    const more = await job.start(["resume", "--max-cost", "10", "--json"]).ended;
    expect(more.exitCode, more.stdout + more.stderr).toBe(0);
    expect(parseNdjson(more.stdout).at(-1)).toMatchObject({ output: { result: "three items" } });
    const asked = (await job.asked()).filter(({ role }) => role === "worker").map(({ task }) => task);
    expect(asked).toHaveLength(4);
    expect(new Set(asked).size).toBe(4);
    expect(await filesOf()).toBe("one.txt\nthree.txt\ntwo.txt");
    expect(await checkoutOf(job.project)).toBe(checkout);
  });
});
