import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { Tutti, type Breakpoint, type PersonsAnswer } from "../../src/index.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel } from "../support/scripted-model.ts";
import { runTutti } from "../support/tutti-process.ts";

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

const tutti = (...args: readonly string[]) => runTutti(project, { args });

async function expectExit(code: number, ...args: readonly string[]): Promise<string> {
  const result = await tutti(...args);
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
const shown = async (path: string): Promise<string> =>
  project.git("show", `${(await inspectJob(project)).job.branch}:${path}`);

describe("work that a rule shows to a person before it is merged", { timeout: 180_000 }, () => {
  const rules = [
    { name: "look-at-pay", on: "before-merge", when: { paths: "pay/**" }, action: "ask", message: "{{ task }} pays" },
  ];
  const tasks = [{ key: "pay" }, { key: "plain" }];
  const answers = { pay: [writes("pay/a.txt"), writes("pay/b.txt")], plain: writes("plain.txt") };

  it("is merged as it stands when the person approves, and only then", async () => {
    await start({ tasks, answers, rules });
    await runPlan(3);
    const asked = await theOne();
    expect(asked).toMatchObject({ kind: "before-merge", rule: "look-at-pay", question: "pay pays", status: "open" });
    expect(asked.context).toMatchObject({ paths: ["pay/a.txt"], diff: { files: 1, added: 1, deleted: 0 } });
    await expect(shown("pay/a.txt")).rejects.toThrow();

    expect(await expectExit(0, "breakpoint", "show", asked.id.slice(0, 5))).toContain("merged as it stands");
    await expectExit(0, "breakpoint", "resolve", asked.id.slice(0, 5), "approve");
    await expectExit(0, "breakpoint", "resolve", asked.id, "approve");
    const other = await tutti("breakpoint", "resolve", asked.id, "reject");
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is resolved: approve") });
    await expectExit(0, "resume");

    expect(await shown("pay/a.txt")).toBe("made");
    const facts = await inspectJob(project);
    expect(facts.tasks["pay"]?.evidence?.approvedBy).toBeDefined();
    expect(facts.attempts["pay"]?.map(({ status }) => status)).toEqual(["accepted"]);
    expect(await waiting()).toEqual([]);
  });

  it("is tried again with the person's words, or fails", async () => {
    await start({ tasks, answers, rules });
    await runPlan(3);
    await resolve(await theOne(), { answer: "retry", note: "Call it b" });
    await expectExit(3, "resume");
    const again = await inspectJob(project);
    expect(again.attempts["pay"]?.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(again.attempts["pay"]?.[0]?.feedback).toContain("Call it b");
    expect((await theOne()).context.paths).toEqual(["pay/b.txt"]);
    await resolve(await theOne(), { answer: "reject" });
    await expectExit(1, "resume");
    expect(statusesOf(await inspectJob(project))).toEqual({ pay: "failed", plain: "completed" });
  });

  it("needs nobody where a rule of higher priority approves, and says whose word it was", async () => {
    const approve = {
      name: "trust",
      on: "before-merge",
      when: { paths: { all: "pay/**" } },
      action: "approve",
      priority: 1,
    };
    await start({ tasks, answers, rules: [...rules, approve] });
    await runPlan(0);
    expect((await inspectJob(project)).tasks["pay"]?.evidence?.approvedBy).toBe("rule trust");
  });
});

describe("what has always waited for a person", { timeout: 180_000 }, () => {
  it("is a breakpoint: a protected file is let through by a person", async () => {
    await start({ tasks: [{ key: "a" }], answers: { a: writes("CLAUDE.md") } });
    await runPlan(3);
    const asked = await theOne();
    expect(asked).toMatchObject({ kind: "unproven", options: ["approve", "reject", "retry"] });
    await resolve(asked, { answer: "approve" });
    await expectExit(0, "resume");
    expect(await shown("CLAUDE.md")).toBe("made");
  });

  it("is a breakpoint: an agent's question is answered in its own conversation", async () => {
    const asks = { text: "Which port?", again: { ...writes("port.txt"), text: "Took it." } };
    const rules = [{ name: "answer", on: "question", action: "ask" }];
    await start({ tasks: [{ key: "a" }], answers: { a: asks }, rules });
    await runPlan(3);
    const asked = await theOne();
    expect(asked).toMatchObject({ kind: "question", context: { said: "Which port?" } });
    await expect(resolve(asked, { answer: "answer" })).rejects.toMatchObject({ code: "BREAKPOINT_INVALID" });
    await resolve(asked, { answer: "answer", note: "8080" });
    await expectExit(0, "resume");
    expect((await inspectJob(project)).attempts["a"]?.map(({ status }) => status)).toEqual(["accepted"]);
  });

  it("is a breakpoint: a task's budget is raised", async () => {
    const dear = { usage: { costUsd: 2 }, delayMs: 600_000, again: { ...writes("a.txt"), usage: { costUsd: 0.5 } } };
    await start({ tasks: [{ key: "a" }], answers: { a: dear }, config: "budget: { maxCostUsdPerTask: 1 }\n" });
    await runPlan(3);
    const asked = await theOne();
    expect(asked).toMatchObject({ kind: "budget", context: { limitUsd: 1 } });
    await resolve(asked, { answer: "raise", amountUsd: 4 });
    await expectExit(0, "resume");
    expect(await shown("a.txt")).toBe("made");
  });

  it("is a breakpoint: a plan, which is carried out by the next resume or never", async () => {
    await start({ tasks: [{ key: "a" }], answers: { a: writes("a.txt") } });
    const planned = () => expectExit(3, "run", "--plan", "plan.yaml");
    await planned();
    const first = await theOne();
    expect(first).toMatchObject({ kind: "plan", options: ["approve", "reject"] });
    await resolve(first, { answer: "approve" });
    await expectExit(0, "resume");
    await planned();
    await resolve(await theOne(), { answer: "reject" });
    expect((await inspectJob(project)).job.status).toBe("cancelled");
  });

  it("goes on with tutti retry as before, and nothing is asked any more", async () => {
    await start({ tasks: [{ key: "a" }], answers: { a: [writes("CLAUDE.md"), writes("a.txt")] } });
    await runPlan(3);
    await expectExit(0, "retry");
    expect(await waiting()).toEqual([]);
    expect(await expectExit(0, "breakpoint", "list", "--all")).toContain("superseded");
  });
});

describe("a permission that an agent asks for", { timeout: 180_000 }, () => {
  const command = "sh -c 'echo yes > asked.txt'";
  const asks = { asks: [command], text: "Asked.", again: { asks: [command], text: "Did it." } };
  const rules = [
    { name: "ask", on: "permission", when: { tool: "Bash" }, action: "ask", message: "May it: {{ command }}" },
  ];
  const tasks = [{ key: "a" }];

  it("waits without an agent, and the call is made when a person allows it", async () => {
    await start({ tasks, answers: { a: asks }, rules });
    await runPlan(3);
    const asked = await theOne();
    expect(asked).toMatchObject({
      kind: "permission",
      question: `May it: ${command}`,
      context: { tool: "Bash", input: { command } },
    });
    await resolve(asked, { answer: "allow" });
    await expectExit(0, "resume");
    expect(await shown("asked.txt")).toBe("yes");
    expect((await inspectJob(project)).attempts["a"]?.map(({ status }) => status)).toEqual(["accepted"]);
  });

  it("is given for the whole job", async () => {
    const b = { asks: ["sh -c 'echo no > b.txt'"] };
    await start({ tasks: [...tasks, { key: "b", dependsOn: ["a"] }], answers: { a: asks, b }, rules });
    await runPlan(3);
    await resolve(await theOne(), { answer: "allow-for-job" });
    await expectExit(0, "resume", "--no-cache");
    expect(Object.values(statusesOf(await inspectJob(project)))).toEqual(["completed", "completed"]);
  });
});

describe("the real Claude Code", { timeout: 180_000 }, () => {
  let model: Simulator;

  afterEach(() => model.close());

  it("waits at a plan, at work to be merged, at a question and at a permission, and goes on with each answer", async () => {
    const command = "sh -c 'echo yes > asked.txt'";
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
    const told = await runTutti(project, { args: ["prompt", "show", "port"] });
    expect(told.stdout).toContain("8080, please");
  });
});
