import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { openProject } from "../../src/compose.ts";
import { taskIdOf } from "../../src/domain/ids.ts";
import { Tutti, type Breakpoint, type PersonsAnswer } from "../../src/index.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { until } from "../../src/testing/engine/test-bed.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere, startTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

const fake = "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2 }\n";

type Start = {
  readonly answers: object;
  readonly tasks: readonly object[];
  readonly rules?: readonly object[];
  readonly config?: string;
};

async function start({ answers, tasks, rules, config = "" }: Start): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": `${fake}${config}`,
    "plan.yaml": stringify({ summary: "s", tasks: tasks.map((task) => ({ title: "T", prompt: "P", ...task })) }),
    "script.json": JSON.stringify({ answers: { "*": { text: "done" }, ...answers } }),
    ...(rules === undefined ? {} : { ".tutti/breakpoints.yaml": stringify({ rules }) }),
  });
}

/** What carries no job out needs no process of its own. */
async function expectExit(code: number, ...args: readonly string[]): Promise<string> {
  const isOnItsOwn = args[0] === "run" || args[0] === "resume";
  const result = await (isOnItsOwn ? runTutti(project, { args }) : runTuttiHere(project, args));
  expect(result.exitCode, result.stdout + result.stderr).toBe(code);
  return result.stdout + result.stderr;
}

const runPlan = (code: number) => expectExit(code, "run", "--plan", "plan.yaml", "--yes");

/** As a program does it: a process for each look and each answer would take most of the time. */
async function asProgram<Result>(act: (tutti: Tutti) => Promise<Result>): Promise<Result> {
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  await using program = new Tutti({ cwd: project.root, env });
  return await act(program);
}

const waiting = (): Promise<readonly Breakpoint[]> => asProgram((program) => program.breakpoints());

const resolve = ({ id }: Breakpoint, answer: PersonsAnswer): Promise<Breakpoint> =>
  asProgram((program) => program.resolveBreakpoint(id, answer));

async function theOne(): Promise<Breakpoint> {
  const [breakpoint, ...others] = await waiting();
  if (breakpoint === undefined) throw new Error("nothing waits");
  expect(others).toEqual([]);
  return breakpoint;
}

const writes = (path: string) => ({ write: { [path]: "made\n" }, text: `Wrote ${path}.` });
const command = "sh -c 'echo yes > asked.txt'";

const askAlways = (name: string, on: string, when?: object) => ({ name, on, action: "ask", ...(when && { when }) });

async function byKind(): Promise<ReadonlyMap<string, Breakpoint>> {
  return new Map((await waiting()).map((breakpoint) => [breakpoint.kind, breakpoint]));
}

function of(asked: ReadonlyMap<string, Breakpoint>, kind: string): Breakpoint {
  const breakpoint = asked.get(kind);
  if (breakpoint === undefined)
    throw new Error(`nobody asked about ${kind}, but about ${[...asked.keys()].join(", ")}`);
  return breakpoint;
}

/** The whole text of what a task's agents were sent. */
async function toldTo(key: string): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  const opened = await openProject({ cwd: project.root, env });
  try {
    const { id } = await opened.application.job();
    const prompts = await opened.services.state.prompts.ofTask(taskIdOf(id, key));
    return prompts.map(({ text }) => text).join("\n");
  } finally {
    await opened.close();
  }
}

describe("a job whose tasks all wait for a person", { timeout: 180_000 }, () => {
  it("shows them in one place, goes on with each answer as it says, and needs nobody where a rule approves", async () => {
    await start({
      tasks: ["pay", "steer", "port", "dear", "asks", "trusted"].map((key) => ({ key })),
      answers: {
        pay: writes("pay/a.txt"),
        steer: writes("CLAUDE.md"),
        port: { text: "Which port?", again: writes("port.txt") },
        dear: { usage: { costUsd: 2 }, delayMs: 600_000, again: { ...writes("dear.txt"), usage: { costUsd: 0.5 } } },
        asks: { asks: [command], again: { asks: [command] } },
        trusted: writes("pay/trusted.txt"),
      },
      rules: [
        { ...askAlways("look", "before-merge", { paths: "pay/**" }), message: "{{ task }} pays" },
        { name: "trust", on: "before-merge", when: { task: "trusted" }, action: "approve", priority: 1 },
        askAlways("answer", "question"),
        { ...askAlways("allow", "permission", { tool: "Bash" }), message: "May it: {{ command }}" },
      ],
      config: "budget: { maxCostUsdPerTask: 1 }\n",
    });
    await runPlan(3);
    const asked = await byKind();
    expect([...asked.keys()].toSorted()).toEqual(["before-merge", "budget", "permission", "question", "unproven"]);
    const pay = of(asked, "before-merge");
    expect(pay).toMatchObject({ rule: "look", question: "pay pays", status: "open" });
    expect(pay.context).toMatchObject({ paths: ["pay/a.txt"], diff: { files: 1, added: 1, deleted: 0 } });
    expect(of(asked, "permission")).toMatchObject({ question: `May it: ${command}`, context: { input: { command } } });
    expect((await inspectJob(project)).tasks["trusted"]?.evidence?.approvedBy).toBe("rule trust");

    const explained = await expectExit(0, "explain", "pay");
    expect(explained).toContain("breakpoint fired: The rule look asks a person.");
    expect(explained).toContain("accept: The rule look asks a person.");
    expect(explained).not.toContain("ask: no rule needs a person");

    expect(await expectExit(0, "breakpoint", "show", pay.id.slice(0, 6))).toContain("merged as it stands");
    await expectExit(0, "breakpoint", "resolve", pay.id.slice(0, 6), "approve");
    await expectExit(0, "breakpoint", "resolve", pay.id, "approve");
    const other = await runTuttiHere(project, ["breakpoint", "resolve", pay.id, "reject"]);
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is resolved: approve") });
    await expect(resolve(of(asked, "question"), { answer: "answer" })).rejects.toMatchObject({
      code: "BREAKPOINT_INVALID",
    });
    await expect(resolve(of(asked, "permission"), { answer: "allow", amountUsd: 3 })).rejects.toMatchObject({
      message: "An amount says nothing beside allow",
    });
    await resolve(of(asked, "question"), { answer: "answer", note: "8080, please" });
    await resolve(of(asked, "unproven"), { answer: "approve" });
    await resolve(of(asked, "budget"), { answer: "raise", amountUsd: 4 });
    await resolve(of(asked, "permission"), { answer: "allow" });
    await expectExit(0, "resume");

    const facts = await inspectJob(project);
    for (const attempts of Object.values(facts.attempts)) {
      expect(attempts.map(({ status }) => status)).toEqual(["accepted"]);
    }
    const files = await project.git("ls-tree", "-r", "--name-only", facts.job.branch);
    for (const path of ["pay/a.txt", "CLAUDE.md", "port.txt", "dear.txt", "asked.txt"]) expect(files).toContain(path);
    expect(facts.tasks["pay"]?.evidence?.approvedBy).not.toMatch(/^rule/);
    expect(await waiting()).toEqual([]);
    expect(await toldTo("port")).toContain("8080, please");
  });

  it("begins a plan only with a yes, tries again with the person's words, and fails with a no", async () => {
    await start({
      tasks: [{ key: "a" }],
      answers: { a: [writes("a.txt"), writes("b.txt")] },
      rules: [askAlways("look", "before-merge")],
    });
    await expectExit(3, "run", "--plan", "plan.yaml");
    expect(await theOne()).toMatchObject({ kind: "plan", options: ["approve", "reject"] });
    await resolve(await theOne(), { answer: "approve" });
    await expectExit(3, "resume");
    await resolve(await theOne(), { answer: "retry", note: "Call it b" });
    await expectExit(3, "resume");
    expect((await theOne()).context.paths).toEqual(["b.txt"]);
    expect(await toldTo("a")).toContain("Call it b");
    await resolve(await theOne(), { answer: "reject" });
    await expectExit(1, "resume");
    expect(statusesOf(await inspectJob(project))).toEqual({ a: "failed" });
  });

  it("is cancelled by a no to its plan, and refused before it begins where its rules are wrong", async () => {
    await start({ tasks: [{ key: "a" }], answers: {} });
    await expectExit(3, "run", "--plan", "plan.yaml");
    await resolve(await theOne(), { answer: "reject" });
    const { job } = await inspectJob(project);
    expect(job.status).toBe("cancelled");

    await project.write({ ".tutti/breakpoints.yaml": "rules:\n  - { name: a, on: plan, action: aks }\n" });
    const said = await expectExit(2, "run", "--plan", "plan.yaml", "--yes");
    expect(said).toContain(".tutti/breakpoints.yaml:2: rules[0].action: must be one of ask, approve, deny");
    expect((await inspectJob(project)).job.id).toBe(job.id);
  });
});

describe("a job that is carried out", { timeout: 180_000 }, () => {
  it("goes on by itself when a person allows a call, and is not asked again about its like", async () => {
    const other = "sh -c 'echo yes > other.txt'";
    await start({
      tasks: [{ key: "a" }, { key: "b", dependsOn: ["a"] }, { key: "slow" }],
      answers: {
        a: { asks: [command], again: { asks: [command] } },
        b: { asks: [other] },
        slow: { run: ["until test -f go.txt; do sleep 0.05; done"], ...writes("slow.txt") },
      },
      rules: [askAlways("allow", "permission", { tool: "Bash", task: ["a", "b"] })],
    });
    const running = startTutti(project, {
      args: ["run", "--plan", "plan.yaml", "--yes"],
      // On a loaded machine there would be one worker, and the slow task would have it.
      env: { TUTTI_FAULT_IDLE: "1" },
    });
    await asProgram(async (program) => {
      await until(async () => (await program.breakpoints()).length > 0, 60_000);
      const [asked] = await program.breakpoints();
      await program.resolveBreakpoint(asked?.id ?? "", { answer: "allow-for-job" });
      const { id } = (await inspectJob(project)).job;
      const isDone = async () => (await program.getTask(taskIdOf(id, "b"))).status === "completed";
      await until(isDone, 60_000).catch((error: unknown) => {
        throw new Error(running.stdout() + running.stderr(), { cause: error });
      });
    });
    const [slot] = (await inspectJob(project)).attempts["slow"]?.map(({ slotId }) => slotId) ?? [];
    const path = (await inspectJob(project)).slots.find(({ id }) => id === slot)?.path ?? "";
    await writeFile(join(path, "go.txt"), "");
    const { exitCode, stdout, stderr } = await running.ended;
    expect(exitCode, stdout + stderr).toBe(0);
  });
});

describe("the real Claude Code", { timeout: 180_000 }, () => {
  let model: Simulator;

  afterEach(() => model.close());

  it("waits at a plan, at work to be merged, at a question and at a permission, and goes on with each answer", async () => {
    const rule = { action: "ask" };
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "agent: { sandbox: off }\nexecution: { workers: 2 }\n",
      ".tutti/breakpoints.yaml": stringify({
        rules: [
          { ...rule, name: "look", on: "before-merge", when: { paths: "pay.txt" } },
          { ...rule, name: "answer", on: "question" },
          { ...rule, name: "allow", on: "permission", when: { tool: "Bash" } },
        ],
      }),
    });
    model = await scriptedModel({
      tasks: [{ key: "pay" }, { key: "port" }, { key: "asks" }],
      workers: {
        pay: [{ writes: { "pay.txt": "paid\n" } }, says("Paid.")],
        port: [says("Which port shall it be?"), { writes: { "port.txt": "8080\n" } }, says("Took it.")],
        asks: [{ runs: [command] }, says("Did it.")],
      },
    });
    const run = async (code: number, ...args: readonly string[]): Promise<void> => {
      const result = await runTutti(project, { args, modelUrl: model.url });
      expect(result.exitCode, result.stdout + result.stderr).toBe(code);
    };
    await run(3, "run", "Do three things");
    await resolve(await theOne(), { answer: "approve" });
    await run(3, "resume");
    const asked = new Map((await waiting()).map((breakpoint) => [breakpoint.kind, breakpoint]));
    expect([...asked.keys()].toSorted()).toEqual(["before-merge", "permission", "question"]);
    const [work, question, permission] = [asked.get("before-merge"), asked.get("question"), asked.get("permission")];
    if (work === undefined || question === undefined || permission === undefined) throw new Error("not all asked");
    expect(permission.context).toMatchObject({ tool: "Bash", input: { command } });
    expect(question.context.said).toContain("Which port");
    await resolve(work, { answer: "approve" });
    await resolve(question, { answer: "answer", note: "8080, please" });
    await resolve(permission, { answer: "allow" });
    await run(0, "resume");

    const facts = await inspectJob(project);
    expect(Object.values(facts.attempts).map((attempts) => attempts.map(({ status }) => status))).toEqual([
      ["accepted"],
      ["accepted"],
      ["accepted"],
    ]);
    for (const [file, text] of [
      ["pay", "paid"],
      ["port", "8080"],
      ["asked", "yes"],
    ]) {
      expect(await project.git("show", `${facts.job.branch}:${file}.txt`)).toBe(text);
    }
    for (const task of ["port", "asks"]) {
      const sessions = model.requests.filter((request) => request.task === task).map(({ sessionId }) => sessionId);
      expect(new Set(sessions).size).toBe(1);
    }
    expect(await toldTo("port")).toContain("8080, please");
  });
});
