import { rm } from "node:fs/promises";

import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Tutti } from "../../src/index.ts";
import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { agentProgram, projectProcesses, whenProcessesAreGone } from "../support/crash/project-processes.ts";
import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { environmentOf, runTutti, startTutti, type TuttiProcess } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;
let running: TuttiProcess[] = [];

afterEach(async () => {
  for (const { child } of running) child.kill("SIGINT");
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  const left = await whenProcessesAreGone(project, 20_000);
  await model.close();
  await project.remove();
  expect(left).toEqual([]);
});

/** A task whose agent writes a file and says so. */
const works = (task: string): string => `
  - match: { role: worker, task: ${task} }
    turns: [{ writes: { ${task}.txt: "${task}\\n" } }, { says: Wrote ${task}. }]`;

/** The same, but the model goes silent in the middle: once, until its agent is gone. */
const hangs = (task: string): string => `
  - match: { role: worker, task: ${task} }
    turns:
      - writes: { ${task}.txt: "${task}\\n" }
      - says: Wrote ${task}.
        fault: { hang: before, times: 1 }`;

async function start(...rules: readonly string[]): Promise<void> {
  model = await startSimulator({ scenario: parseScenario(`rules:${rules.join("")}`, "scenario.yaml") });
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": "agent: { sandbox: 'off' }\nexecution: { workers: 2, leaseMs: 5000 }\n",
  });
}

async function tutti(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runTutti(project, { args, modelUrl: model.url });
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout.trim();
}

const background = (...args: readonly string[]): TuttiProcess => {
  const started = startTutti(project, { args, modelUrl: model.url });
  running.push(started);
  return started;
};

/** As a program of the user's, beside the commands. */
const asProgram = (): Tutti =>
  new Tutti({
    cwd: project.root,
    env: environmentOf(project, { modelUrl: model.url }),
    note: () => undefined,
  });

async function makeJob(...keys: readonly string[]): Promise<string> {
  await using program = asProgram();
  const job = await program.createJob("Some files");
  await program.addSubtasks(
    job,
    keys.map((key) => ({ key, prompt: `Write ${key}`, expectedOutputs: [`${key}.txt`] })),
  );
  return job;
}

/** The agent has written its file and waits for the silent model. */
const whenSilent = (task: string) =>
  model.whenRequest((request) => request.task === task && request.role === "worker" && request.turn === 1);

const asked = (task: string): number => model.requests.filter((request) => request.task === task).length;
const agents = async () => (await projectProcesses(project)).filter(({ command }) => agentProgram.test(command));
const sessionsOf = ({ events }: JobFacts, task: string): readonly string[] =>
  events.flatMap((event) =>
    event.type === "agent-session-started" && event.taskId?.endsWith(`/${task}`) === true ? [event.data.sessionId] : [],
  );
const filesOf = async (job: string): Promise<readonly string[]> =>
  (await project.git("ls-tree", "--name-only", `tutti/${job}`)).split("\n").filter((name) => name.endsWith(".txt"));

describe("the job API with the real Claude Code", () => {
  it("a worker of the pool that is killed while its claude runs loses nothing: another goes on in its session", async () => {
    await start(hangs("one"), works("two"));
    const coordinator = background("coordinator", "1");
    const joined = background("worker");
    await expect.poll(() => joined.stdout(), { timeout: 60_000 }).toContain("has joined the pool");
    const job = await makeJob("one", "two");
    await whenSilent("one");
    const { workerId } = (await inspectJob(project)).tasks["one"] ?? {};
    const pid = Number(/^\D+(\d+)/.exec(workerId ?? "")?.[1]);
    const victim = (await projectProcesses(project)).find((process) => process.pid === pid);
    expect(victim?.command).toMatch(/ worker$/);
    process.kill(pid, "SIGKILL");

    await expect
      .poll(async () => (await inspectJob(project)).job.status, { timeout: 120_000, interval: 500 })
      .toBe("completed");
    const facts = await inspectJob(project);
    expect(await filesOf(job)).toEqual(["one.txt", "two.txt"]);
    expect(facts.attempts["one"]).toHaveLength(1);
    const sessions = sessionsOf(facts, "one");
    expect(sessions.length).toBeGreaterThan(1);
    expect(new Set(sessions).size).toBe(1);
    expect(asked("two")).toBe(2);
    coordinator.child.kill("SIGINT");
    expect((await coordinator.ended).exitCode).toBe(0);
  });

  it("delegate carries out what it is given, side by side, and says what came of it", async () => {
    await start(
      `
  - match: { role: worker, contains: Write hello }
    turns: [{ writes: { hello.txt: "hello\\n" } }, { says: Hello is there. }]
  - match: { role: worker, contains: Write goodbye }
    turns: [{ writes: { goodbye.txt: "goodbye\\n" } }, { says: Goodbye is there. }]`,
    );
    const shown = await tutti("delegate", "Write hello", "Write goodbye", "--goal", "Greetings", "--json");

    expect(JSON.parse(shown.split("\n").at(-1) ?? "")).toMatchObject({
      type: "result",
      status: "completed",
      exitCode: 0,
    });
    const { job } = await inspectJob(project);
    expect(job).toMatchObject({ goal: "Greetings", strategy: "manual" });
    expect((await filesOf(job.id)).toSorted((a, b) => a.localeCompare(b))).toEqual(["goodbye.txt", "hello.txt"]);
    expect(await tutti("job", "results", job.id)).toContain("Hello is there.");
    expect(model.unmatched).toEqual([]);
  });

  it("a job that is paused has its claude interrupted, and a resume goes on in its session", async () => {
    await start(hangs("one"));
    const job = await makeJob("one");
    const waiting = background("job", "wait", job);
    await whenSilent("one");
    await tutti("job", "pause", job);
    expect((await waiting.ended).exitCode).toBe(4);
    expect(await agents()).toEqual([]);
    expect((await inspectJob(project)).job.status).toBe("paused");

    await tutti("resume", job);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ one: "completed" });
    expect(facts.attempts["one"]).toHaveLength(1);
    expect(new Set(sessionsOf(facts, "one")).size).toBe(1);
    // The file was written once: what was done before the pause is not asked for again.
    expect(model.requests.filter(({ task, turn }) => task === "one" && turn === 0)).toHaveLength(1);
    expect(await filesOf(job)).toEqual(["one.txt"]);
  });

  it("a task and then its whole job are cancelled while their claudes run: nothing of them is left or merged", async () => {
    await start(hangs("one"), hangs("two"));
    const job = await makeJob("one", "two");
    const waiting = background("job", "wait", job);
    await whenSilent("one");
    await tutti("task", "cancel", `${job}/one`);
    await whenSilent("two");
    const ofOne = () => model.requests.find(({ task, turn }) => task === "one" && turn === 1);
    await expect.poll(() => ofOne()?.outcome, { timeout: 30_000 }).toBe("aborted");
    expect(statusesOf(await inspectJob(project))).toEqual({ one: "cancelled", two: "running" });

    await tutti("job", "cancel", job);
    expect((await waiting.ended).exitCode).toBe(1);
    const facts = await inspectJob(project);
    expect(facts.job.status).toBe("cancelled");
    expect(statusesOf(facts)).toEqual({ one: "cancelled", two: "cancelled" });
    expect(await agents()).toEqual([]);
    expect(await filesOf(job)).toEqual([]);
  });

  it("a running job gets more tasks, several at once, after a result was read", async () => {
    await start(
      `
  - match: { role: worker, task: read }
    turns: [{ reads: README.md, structured: { missing: [install, usage] } }]`,
      `
  - match: { role: worker, task: slow }
    turns: [{ says: Done at last., delayMs: 2000 }]`,
      works("install"),
      works("usage"),
    );
    await using program = asProgram();
    const Answer = z.object({ missing: z.array(z.string()) });
    const job = await program.createJob("Complete the manual");
    const [read = ""] = await program.addSubtasks(job, [
      { key: "read", prompt: "What is missing?", result: Answer, priority: 9 },
      { key: "slow", prompt: "Be slow", priority: 1 },
    ]);
    const { result } = await program.waitForTask(read, { result: Answer });
    await model.whenRequest(({ task }) => task === "slow");
    const more = (result?.missing ?? []).map((key) => ({
      key,
      prompt: `Write ${key}`,
      parentTaskId: read,
      expectedOutputs: [`${key}.txt`],
    }));
    await program.addSubtasks(job, more);
    expect(await program.getJobStatus(job)).toMatchObject({ status: "running", totalTasks: 4 });

    const results = await program.waitAndCollect(job);
    expect([...results.values()].map(({ key, status }) => `${key}: ${status}`)).toEqual(
      ["read", "slow", "install", "usage"].map((key) => `${key}: completed`),
    );
    expect(await filesOf(job)).toEqual(["install.txt", "usage.txt"]);
  });

  it("the same job and the same tasks asked for again are those that there are: nobody is asked twice", async () => {
    await start(works("one"), works("two"));
    const script = async (): Promise<string> => {
      const job = await tutti("job", "create", "Nightly", "--key", "nightly");
      for (const key of ["one", "two"]) {
        const add = ["job", "add", job, `Write ${key}`, "--key", key, "--output", `${key}.txt`];
        expect(await tutti(...add)).toBe(`${job}/${key}`);
      }
      await tutti("job", "wait", job);
      return job;
    };
    const first = await script();
    const requests = model.requests.length;
    expect(await script()).toBe(first);
    expect(model.requests).toHaveLength(requests);
    expect([asked("one"), asked("two")]).toEqual([2, 2]);
    // Another job with the same work is not paid for either.
    await rm(`${project.root}/README.md`);
    const again = await makeJob("one", "two");
    await tutti("job", "wait", again);
    expect(again).not.toBe(first);
    expect(model.requests).toHaveLength(requests);
    expect(await filesOf(again)).toEqual(["one.txt", "two.txt"]);
  });
});
