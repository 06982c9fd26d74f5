import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, expect, it } from "vitest";
import { z } from "zod";

import { projectProcesses, whenProcessesAreGone } from "../support/crash/project-processes.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti, runTuttiHere, startTutti, type TuttiProcess } from "../support/tutti-process.ts";

let project: ScratchProject;
let running: TuttiProcess[] = [];

afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  running = [];
  await whenProcessesAreGone(project, 20_000);
  await project.remove();
});

const keys = ["a", "b", "c", "d", "e", "f"] as const;
const answers = {
  "*": { text: "done" },
  hanging: { hang: true, again: { write: { "hanging.txt": "done after all" } } },
  ...Object.fromEntries(
    keys.map((key) => [
      key,
      { delayMs: key === "a" ? 3_000 : 300, write: { [`${key}.txt`]: key }, again: { write: { [`${key}.txt`]: key } } },
    ]),
  ),
};

async function start(): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml":
      "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2, leaseMs: 5000, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }\n",
    "script.json": JSON.stringify({ answers }),
  });
}

const tutti = async (...args: readonly string[]): Promise<string> => {
  const { stdout, stderr, exitCode } = await runTuttiHere(project, args);
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
};

const background = (...args: readonly string[]): TuttiProcess => {
  const started = startTutti(project, { args });
  running.push(started);
  return started;
};

async function makeJob(): Promise<string> {
  const job = await tutti("job", "create", "Six files");
  for (const key of keys) await addTask(job, key);
  return job;
}

const addTask = (job: string, key: string): Promise<string> =>
  tutti("job", "add", job, `Write ${key}`, "--key", key, "--output", `${key}.txt`);

const Status = z.object({ status: z.string(), completed: z.number(), inProgress: z.number() });
const statusOf = async (job: string) => {
  const { stdout } = await runTuttiHere(project, ["job", "status", job, "--json"]);
  return Status.parse(JSON.parse(stdout));
};

/** Tasks that an agent took up, once for each prompt. */
async function asked(): Promise<readonly string[]> {
  const log = await readFile(join(project.root, "script.json.requests.jsonl"), "utf8").catch(() => "");
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => z.object({ task: z.string() }).parse(JSON.parse(line)).task);
}

const poolWorker = /main\.js worker$/;
const workerOf = async () => (await projectProcesses(project)).filter(({ command }) => poolWorker.test(command));

it("a coordinator for all jobs carries out what others add, whichever worker is killed", async () => {
  await start();
  const coordinator = background("coordinator", "2");
  await expect.poll(async () => (await workerOf()).length, { timeout: 30_000 }).toBe(2);
  const job = await tutti("job", "create", "Six files");
  await addTask(job, "a");
  await expect.poll(asked, { timeout: 30_000 }).toEqual(["a"]);
  const [victim] = await workerOf();
  // A pid of 0 would be this test itself.
  expect(victim?.pid).toBeGreaterThan(0);
  process.kill(victim?.pid ?? 0, "SIGKILL");
  for (const key of keys.slice(1)) await addTask(job, key);

  await expect.poll(async () => (await statusOf(job)).status, { timeout: 90_000, interval: 500 }).toBe("completed");
  expect(await statusOf(job)).toMatchObject({ completed: 6 });
  const files = await project.git("ls-tree", "--name-only", `tutti/${job}`);
  expect(files.split("\n")).toEqual(expect.arrayContaining(keys.map((key) => `${key}.txt`)));
  // The one that was killed in a turn is asked again, nobody else.
  expect((await asked()).length).toBeLessThanOrEqual(7);
  coordinator.child.kill("SIGINT");
  expect((await coordinator.ended).exitCode).toBe(0);
  expect(await projectProcesses(project)).toEqual([]);
}, 180_000);

it("a worker that has joined does the tasks of whoever waits for them, and leaves on Ctrl-C", async () => {
  await start();
  const worker = background("worker");
  await expect.poll(() => worker.stdout(), { timeout: 30_000 }).toContain("has joined the pool");
  const job = await makeJob();
  expect((await runTutti(project, { args: ["job", "wait", job] })).exitCode).toBe(0);

  expect(worker.stdout()).toContain(`working in ${job}`);
  expect((await asked()).toSorted()).toEqual([...keys]);
  const results = z
    .object({ results: z.array(z.object({ status: z.string() })) })
    .parse(JSON.parse(await tutti("job", "results", job, "--json")));
  expect(results.results.map(({ status }) => status)).toEqual(keys.map(() => "completed"));
  worker.child.kill("SIGINT");
  expect((await worker.ended).exitCode).toBe(0);
}, 180_000);

it("a worker that has joined takes over the last task of one that was killed at work", async () => {
  await start();
  const victim = background("worker");
  const job = await tutti("job", "create", "One file");
  await addTask(job, "hanging");
  const waiting = background("job", "wait", job);
  await expect.poll(asked, { timeout: 30_000 }).toEqual(["hanging"]);
  const other = background("worker");
  await expect.poll(() => other.stdout(), { timeout: 30_000 }).toContain("has joined the pool");

  victim.child.kill("SIGKILL");

  expect((await waiting.ended).exitCode).toBe(0);
  expect(await statusOf(job)).toMatchObject({ status: "completed", completed: 1 });
  expect(victim.stdout()).toContain(`working in ${job}`);
  expect(other.stdout()).toContain(`working in ${job}`);
  other.child.kill("SIGINT");
  expect((await other.ended).exitCode).toBe(0);
}, 90_000);
