import { rm } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { Tutti } from "../../src/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti, runTuttiHere, startTutti, type TuttiProcess } from "../support/tutti-process.ts";

let project: ScratchProject;
let running: TuttiProcess[] = [];

afterEach(async () => {
  for (const { child } of running) child.kill("SIGINT");
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  await project.remove();
});

/** A project whose agents play a script. */
async function start(answers: Readonly<Record<string, unknown>>): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2 }\n",
    "script.json": JSON.stringify({ answers: { "*": { text: "done" }, ...answers } }),
  });
}

const run = (...args: readonly string[]) => runTuttiHere(project, args);

async function tutti(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await run(...args);
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout.trim();
}

/** Commands that carry a job out have a process of their own, as a user's. */
const carryOut = (...args: readonly string[]) => runTutti(project, { args });

const background = (...args: readonly string[]): TuttiProcess => {
  const started = startTutti(project, { args });
  running.push(started);
  return started;
};

const env = () => ({ PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome });
const ourRefs = () => project.git("for-each-ref", "--format=%(refname)", "refs/tutti", "refs/heads/tutti");

describe("the same job asked for by several at once", () => {
  it("is one job, and whoever lost leaves no branch behind", async () => {
    await start({});
    const askers = Array.from({ length: 6 }, () => new Tutti({ cwd: project.root, env: env() }));
    const ids = await Promise.all(askers.map((asker) => asker.createJob("Nightly", { key: "nightly" })));
    await Promise.all(askers.map((asker) => asker.close()));

    const [id = ""] = ids;
    expect(new Set(ids).size).toBe(1);
    expect((await ourRefs()).split("\n")).toEqual([`refs/heads/tutti/${id}`, `refs/tutti/${id}/tip`]);
    expect(JSON.parse(await tutti("job", "list", "--json"))).toMatchObject({ jobs: [{ id }] });
  });
});

describe("a job that another process carries out", () => {
  it("is changed neither by resume nor by retry, whose errors say who has it", async () => {
    await start({ bad: [{ text: "No." }], slow: { text: "working", hang: true } });
    const job = await tutti("job", "create", "Two things");
    await tutti("job", "add", job, "Write b", "--key", "bad", "--output", "b.txt");
    await tutti("job", "add", job, "Be slow", "--key", "slow");
    const first = background("job", "wait", job);
    await expect
      .poll(async () => statusesOf(await inspectJob(project)), { timeout: 60_000, interval: 250 })
      .toMatchObject({ bad: "failed", slow: "running" });

    for (const args of [
      ["resume", job, "--max-cost", "5"],
      ["job", "retry", job],
      ["task", "retry", `${job}/bad`, "--prompt", "Write b into b.txt"],
    ]) {
      const refused = await run(...args);
      expect(refused.exitCode, refused.stdout).toBe(2);
      expect(refused.stderr).toContain(String(first.child.pid));
    }
    const facts = await inspectJob(project);
    expect(facts.job.options.maxCostUsdPerJob).toBeUndefined();
    expect(facts.tasks["bad"]).toMatchObject({ status: "failed", spec: { prompt: "Write b" } });
  });

  it("keeps its limit when nothing is left to resume", async () => {
    await start({});
    expect((await carryOut("delegate", "One thing")).exitCode).toBe(0);
    const refused = await run("resume", "--max-cost", "5");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("nothing to resume");
    expect((await inspectJob(project)).job.options.maxCostUsdPerJob).toBeUndefined();
  });
});

describe("a task", () => {
  it("shows what its agent did and what came of it, and starts again with another prompt", async () => {
    await start({
      b: [
        { write: { "wrong.txt": "wrong\n" }, text: "I wrote another file." },
        { text: "Nothing." },
        { text: "Nothing." },
        { write: { "b.txt": "b\n" }, text: "Now it is there." },
      ],
    });
    const job = await tutti("job", "create", "One file");
    await tutti("job", "add", job, "Write b", "--key", "b", "--output", "b.txt");
    await tutti("job", "add", job, "Read b", "--key", "after", "--needs", "b", "--priority", "9");
    expect(await tutti("task", "show", "after")).toContain("held back: it needs b, which is pending");
    expect((await run("task", "diff", "b")).stderr).toMatch(/^error: Task b is pending/);
    expect((await carryOut("job", "wait", job)).exitCode).toBe(1);

    const log = await tutti("task", "logs", "b");
    expect(log).toMatch(/^Attempt 1 .*\n {2}\S+ tool {2}Write wrong\.txt\n {2}\S+ text {2}I wrote another file\./);
    expect(log).toMatch(/\n {2}rejected after .*b\.txt.*\nAttempt 2 /);
    const first = (await tutti("task", "logs", `${job}/b`, "--attempt", "1", "--json")).split("\n");
    expect(first.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { attempt: 1, kind: "tool", role: "worker" },
      { attempt: 1, kind: "text", text: "I wrote another file." },
    ]);
    expect((await run("task", "logs", "b", "--attempt", "9")).stderr).toMatch(/^error: Task b has no attempt 9/);

    const refused = await run("task", "retry", "after");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/^error: Task after is blocked/);
    const retried = await carryOut("task", "retry", "b", "--prompt", "Write b into b.txt");
    expect(retried.exitCode, retried.stdout + retried.stderr).toBe(0);
    expect(statusesOf(await inspectJob(project))).toEqual({ b: "completed", after: "completed" });
    expect(await tutti("task", "show", "b")).toMatch(/prompt:\n {4}Write b into b\.txt\n[^]*Attempt 4[^]*accept/);
    const shown = JSON.parse(await tutti("task", "show", "b", "--json")) as {
      attempts: readonly { costUsd: unknown }[];
    };
    expect(shown.attempts.map(({ costUsd }) => typeof costUsd)).toEqual(["number", "number", "number", "number"]);

    const diff = JSON.parse(await tutti("task", "diff", "b", "--json")) as { attempt: number; patch: string };
    expect(diff).toMatchObject({ attempt: 4, status: "accepted", stat: { files: 1, added: 1, deleted: 0 } });
    await project.write({ "../b.patch": await patchOf("b") });
    await project.git("apply", join(project.root, "..", "b.patch"));
    expect(await project.git("status", "--porcelain", "b.txt")).toBe("?? b.txt");
    expect(await tutti("task", "diff", "b", "--stat")).toMatch(/b\.txt \| 1 \+/);
    expect(await tutti("task", "diff", "b", "--attempt", "1")).toContain("+++ b/wrong.txt");
  });

  it("is followed while it is carried out, and left with Ctrl-C", async () => {
    await start({ slow: { run: ["true"], text: "working", hang: true } });
    const job = await tutti("job", "create", "Slow");
    await tutti("job", "add", job, "Be slow", "--key", "slow");
    background("job", "wait", job);
    await expect
      .poll(async () => statusesOf(await inspectJob(project)), { timeout: 60_000, interval: 250 })
      .toMatchObject({ slow: "running" });
    const following = background("task", "logs", "slow", "--follow");
    await expect.poll(() => following.stdout(), { timeout: 30_000 }).toContain("Bash true");
    following.child.kill("SIGINT");
    expect((await following.ended).exitCode).toBe(130);
    expect(statusesOf(await inspectJob(project))).toEqual({ slow: "running" });
  });
});

const patchOf = async (task: string): Promise<string> => (await run("task", "diff", task)).stdout;

describe("a job that is exported", () => {
  it("is the same job when it is imported again", async () => {
    await start({});
    const job = await tutti("job", "create", "Build an API");
    await tutti("job", "add", job, "Make it", "--key", "api", "--priority", "9", "--output", "api.js", "--budget", "2");
    await tutti("job", "add", job, "Test it", "--key", "tests", "--parent", "api", "--context", "README.md");
    const path = join(project.root, "..", "job.json");
    expect(JSON.parse(await tutti("job", "export", job, "--output", path, "--json"))).toMatchObject({ tasks: 2 });

    const imported = JSON.parse(await tutti("job", "import", path, "--json")) as { jobId: string };
    expect(imported).toMatchObject({ goal: "Build an API", tasks: [{ key: "api" }, { key: "tests" }] });
    const specs = async (id: string): Promise<unknown> => {
      const { tasks } = JSON.parse(await tutti("job", "show", id, "--json")) as { tasks: readonly { spec: unknown }[] };
      return tasks.map(({ spec }) => spec);
    };
    expect(imported.jobId).not.toBe(job);
    expect(await specs(imported.jobId)).toEqual(await specs(job));
    await rm(path);
    const missing = await run("job", "import", path);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain(path);
  });

  it("with a mistake makes no job, and the mistake is named", async () => {
    await start({});
    const file = (tasks: readonly unknown[]) =>
      JSON.stringify({ format: "tutti-job", version: 1, job: { goal: "g" }, tasks });
    await project.write({
      "../priority.json": file([{ prompt: "P", priority: 11 }]),
      "../context.json": file([{ prompt: "P", contextFiles: ["src/nothing.js"] }]),
      "../newer.json": file([]).replace('"version":1', '"version":9'),
    });
    for (const [name, words] of [
      ["priority.json", /tasks\[0\]\.priority is 11/],
      ["context.json", /src\/nothing\.js/],
      ["newer.json", /newer\.json: version/],
    ] as const) {
      const refused = await run("job", "import", `../${name}`);
      expect(refused.exitCode, refused.stderr).toBe(2);
      expect(refused.stderr.split("\n")[0]).toMatch(words);
    }
    expect(JSON.parse(await tutti("job", "list", "--json"))).toEqual({ jobs: [] });
    expect(await ourRefs()).toBe("");
  });
});

describe("bad input on the command line", () => {
  it("is one line that names it, exit code 2, and nothing is stored", async () => {
    await start({});
    const other = await tutti("job", "create", "Another job");
    await tutti("job", "add", other, "Theirs", "--key", "theirs");
    const job = await tutti("job", "create", "Bad input");
    await tutti("job", "add", job, "Ours", "--key", "ours");
    const add = (...args: readonly string[]) => ["job", "add", job, "P", ...args];
    for (const [args, words] of [
      [["job", "add", "nothing", "P"], /"nothing"/],
      [["job", "show", "nothing"], /"nothing"/],
      [["task", "show", `${job}/nobody`], /nobody/],
      [["task", "logs", "nobody"], /nobody/],
      [["task", "cancel", "nobody"], /nobody/],
      [["task", "retry", "nobody"], /nobody/],
      [["retry", job, "nobody"], /nobody/],
      [add("--needs", "nobody"), /"nobody"/],
      [add("--parent", "nobody"), /"nobody"/],
      [add("--needs", `${other}/theirs`), /a task of job another-job/],
      [add("--key", "self", "--needs", "self"), /self/],
      [add("--priority", "11"), /--priority.*11/],
      [add("--context", "src/nothing.js"), /src\/nothing\.js/],
      [add("--context", "../secret"), /\.\.\/secret.*leaves the repository/],
      [add("--context", "/etc/passwd"), /\/etc\/passwd.*absolute/],
      [add("--key", "ours"), /"ours"/],
    ] as const) {
      const refused = await run(...args);
      expect(refused.exitCode, `${args.join(" ")}: ${refused.stdout}`).toBe(2);
      expect(refused.stderr.split("\n")[0], args.join(" ")).toMatch(words);
    }
    const tasks = (await inspectJob(project)).tasks;
    expect(Object.keys(tasks)).toEqual(["ours"]);
  });
});
