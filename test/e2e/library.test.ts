import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Tutti, type TuttiOptions } from "../../src/index.ts";
import type { JobProgress } from "../../src/orchestration/insight/task-results.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";

let project: ScratchProject;

afterEach(() => project.remove());

type Answers = Readonly<Record<string, unknown>>;

/** A project whose agents play a script, and the options that open it. */
async function start(answers: Answers, files: Readonly<Record<string, string>> = {}): Promise<TuttiOptions> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": "agent:\n  kind: fake\n  fakeScript: script.json\nexecution: { workers: 2 }\n",
    "script.json": JSON.stringify({
      requestLog: "",
      answers: { "*": { text: "done" }, ...answers },
    }).replace('"requestLog":"",', ""),
    ...files,
  });
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  return { cwd: project.root, env, note: () => undefined };
}

/** Which tasks' agents were asked, in order. */
async function asked(): Promise<readonly string[]> {
  const log = await readFile(join(project.root, "script.json.requests.jsonl"), "utf8");
  return log
    .trimEnd()
    .split("\n")
    .map((line) => z.object({ role: z.string(), task: z.string().optional() }).parse(JSON.parse(line)))
    .map(({ role, task = "" }) => (task === "" ? role : task));
}

describe("a job made by a program", () => {
  it("carries its tasks out by priority and dependency, and gives back what they came to", async () => {
    const options = await start({
      api: { write: { "api.js": "api\n" }, text: "The API is there.", result: { endpoints: 3 } },
      tests: { write: { "api.test.js": "test\n" }, text: "Tested." },
    });
    await using tutti = new Tutti(options);
    const job = await tutti.createJob("Build and test an API", { key: "api-job" });
    const Endpoints = z.object({ endpoints: z.number() });
    const api = await tutti.addSubtask(job, "Implement the API", {
      key: "api",
      priority: 10,
      expectedOutputs: ["api.js"],
      metadata: { ticket: "T-1" },
      result: Endpoints,
    });
    const tests = await tutti.addSubtask(job, "Write API tests", { key: "tests", parentTaskId: api });
    const seen: JobProgress[] = [];

    const results = await tutti.waitAndCollect(job, { showProgress: (progress) => seen.push(progress) });

    expect([...results.keys()]).toEqual([api, tests]);
    expect(results.get(api)).toMatchObject({
      status: "completed",
      text: "The API is there.",
      metadata: { ticket: "T-1" },
    });
    expect((await tutti.getTask(api, { result: Endpoints })).result?.endpoints).toBe(3);
    expect(await asked()).toEqual(["api", "tests"]);
    expect(await tutti.getJobStatus(job)).toMatchObject({ status: "completed", completed: 2, progressPct: 100 });
    expect(seen.at(0)).toMatchObject({ totalTasks: 2 });
    expect(await tutti.createJob("Another text, the same key", { key: "api-job" })).toBe(job);
    const plain = await tutti.synthesizeResults(results, { model: false, synthesisPrompt: "Review it" });
    expect(plain).toContain("2 of 2 tasks completed");
    const branch = await project.git("ls-tree", "--name-only", `tutti/${job}`);
    expect(branch.split("\n")).toEqual(expect.arrayContaining(["api.js", "api.test.js"]));
  });

  it("takes more tasks after one has been read, also when it was over", async () => {
    const options = await start({
      analyze: { text: "There are performance issues." },
      "*": { text: "done" },
    });
    await using tutti = new Tutti(options);
    const job = await tutti.createJob("Refactor");
    const analyze = await tutti.addSubtask(job, "Analyze", { key: "analyze" });
    const analysis = await tutti.waitForTask(analyze);
    expect(analysis.text).toContain("performance issues");

    await tutti.addSubtask(job, "Optimize queries", { key: "optimize" });
    expect((await tutti.waitAndCollect(job)).size).toBe(2);
    await tutti.addSubtask(job, "Something more", { key: "more" });
    const results = await tutti.waitAndCollect(job);

    expect([...results.values()].map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
    expect(await asked()).toEqual(["analyze", "optimize", "more"]);
  });

  it("tells failures first, and retries them with another prompt", async () => {
    const options = await start({
      bad: [{ text: "I did nothing." }, { text: "Nothing." }, { text: "Nothing." }, { write: { "b.txt": "b" } }],
    });
    await using tutti = new Tutti(options);
    const job = await tutti.createJob("Two things");
    const bad = await tutti.addSubtask(job, "Write b", { key: "bad", expectedOutputs: ["b.txt"] });
    const after = await tutti.addSubtask(job, "Then this", { key: "after", dependsOn: [bad] });

    const first = await tutti.waitAndCollect(job);
    expect([...first.values()].map(({ status }) => status)).toEqual(["failed", "blocked"]);
    expect(await tutti.synthesizeResults(first, { model: false })).toMatch(/0 of 2 tasks completed[^]*bad: failed/);

    expect(await tutti.retryFailedTasks(job, { prompts: { [bad]: "Write b into b.txt, really" } })).toEqual([bad]);
    const second = await tutti.waitAndCollect(job);
    expect(second.get(bad)).toMatchObject({ status: "completed", prompt: "Write b into b.txt, really" });
    expect(second.get(after)?.status).toBe("completed");
  });

  it("synthesizes through the manager's model, and asks it once for the same", async () => {
    const options = await start({ "synthesizer:*": { text: "All is well." } });
    await using tutti = new Tutti(options);
    const results = await tutti.quickDelegate(["Create a factorial function", "Create a prime checker"]);
    expect(results.size).toBe(2);
    expect(await tutti.synthesizeResults(results)).toBe("All is well.");
    expect(await tutti.synthesizeResults(results)).toBe("All is well.");
    expect((await asked()).filter((role) => role === "synthesizer")).toHaveLength(1);
  });

  it("can be cut short and gone on with, cancelled, and watched", async () => {
    const options = await start({ slow: { delayMs: 60_000, again: { text: "done" } } });
    await using tutti = new Tutti(options);
    const job = await tutti.createJob("Slow");
    await tutti.addSubtask(job, "Be slow", { key: "slow" });
    await expect(tutti.waitAndCollect(job, { timeoutMs: 4_000 })).rejects.toMatchObject({ code: "WAIT_TIMED_OUT" });
    expect((await tutti.getJobStatus(job)).status).toBe("interrupted");
    expect([...(await tutti.waitAndCollect(job)).values()].map(({ status }) => status)).toEqual(["completed"]);

    await tutti.addSubtask(job, "Never done", { key: "never" });
    await tutti.cancel(job);
    const types: string[] = [];
    for await (const event of tutti.watch(job)) types.push(event.type);
    expect(types.at(0)).toBe("job-created");
    expect((await tutti.getJobStatus(job)).status).toBe("cancelled");
    await expect(tutti.addSubtask(job, "One more")).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  it.each<[string, Parameters<Tutti["addSubtask"]>[2] & object, string, string]>([
    ["a file that is not there", { contextFiles: ["src/nothing.js"] }, "INPUT_INVALID", "src/nothing.js"],
    ["a file outside", { contextFiles: ["../secret"] }, "PLAN_INVALID", "../secret"],
    ["a priority out of range", { priority: 0 }, "PLAN_INVALID", "priority is 0"],
    ["an unknown parent", { parentTaskId: "nobody" }, "PLAN_INVALID", "nobody"],
    ["an unknown dependency", { dependsOn: ["nobody"] }, "PLAN_INVALID", "nobody"],
    ["a task of another job", { dependsOn: ["other-job/theirs"] }, "PLAN_INVALID", "a task of job other-job"],
    ["a task that needs itself", { key: "self", dependsOn: ["self"] }, "PLAN_CYCLE", "self -> self"],
    ["a budget that is none", { budgetUsd: -1 }, "PLAN_INVALID", "budgetUsd is -1"],
  ])("refuses %s and stores nothing", async (_what, subtask, code, words) => {
    await using tutti = new Tutti(await start({}));
    const job = await tutti.createJob("Bad input");
    await expect(tutti.addSubtask(job, "P", subtask)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words) as unknown,
    });
    expect((await tutti.getJobStatus(job)).totalTasks).toBe(0);
  });

  it("refuses ids that there are not, a circle in a batch, and a first task that is wrong, and stores nothing", async () => {
    await using tutti = new Tutti(await start({}));
    const unknown = { code: "JOB_UNKNOWN", message: expect.stringContaining("nothing") as unknown };
    await expect(tutti.addSubtask("nothing", "P")).rejects.toMatchObject(unknown);
    await expect(tutti.waitAndCollect("nothing")).rejects.toMatchObject(unknown);
    await expect(tutti.cancel("nothing")).rejects.toMatchObject(unknown);
    await expect(tutti.getTask("nothing/a")).rejects.toMatchObject({ code: "TASK_UNKNOWN" });
    await expect(
      tutti.quickDelegate([{ prompt: "P", contextFiles: ["src/nothing.js"] }], { goal: "g" }),
    ).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(await project.git("for-each-ref", "refs/tutti", "refs/heads/tutti")).toBe("");

    const job = await tutti.createJob("A circle");
    const circle = [
      { key: "a", prompt: "A", dependsOn: ["b"] },
      { key: "b", prompt: "B", dependsOn: ["a"] },
    ];
    await expect(tutti.addSubtasks(job, circle)).rejects.toMatchObject({ code: "PLAN_CYCLE" });
    expect((await tutti.getJobStatus(job)).totalTasks).toBe(0);
  });
});
