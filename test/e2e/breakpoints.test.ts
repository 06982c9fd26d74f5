import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import type { Breakpoint } from "../../src/domain/breakpoint/breakpoint.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
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

async function waiting(): Promise<readonly Breakpoint[]> {
  const { stdout } = await tutti("breakpoint", "list", "--json");
  return (JSON.parse(stdout) as { breakpoints: readonly Breakpoint[] }).breakpoints;
}

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
    await expectExit(0, "breakpoint", "resolve", (await theOne()).id, "retry", "--note", "Call it b");
    await expectExit(3, "resume");
    const again = await inspectJob(project);
    expect(again.attempts["pay"]?.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(again.attempts["pay"]?.[0]?.feedback).toContain("Call it b");
    expect((await theOne()).context.paths).toEqual(["pay/b.txt"]);
    await expectExit(0, "breakpoint", "resolve", (await theOne()).id, "reject");
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
    await expectExit(0, "breakpoint", "resolve", asked.id, "approve");
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
    const silent = await tutti("breakpoint", "resolve", asked.id, "answer");
    expect(silent).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--note") });
    await expectExit(0, "breakpoint", "resolve", asked.id, "--note", "8080");
    await expectExit(0, "resume");
    expect((await inspectJob(project)).attempts["a"]?.map(({ status }) => status)).toEqual(["accepted"]);
  });

  it("is a breakpoint: a task's budget is raised", async () => {
    const dear = { usage: { costUsd: 2 }, delayMs: 600_000, again: { ...writes("a.txt"), usage: { costUsd: 0.5 } } };
    await start({ tasks: [{ key: "a" }], answers: { a: dear }, config: "budget: { maxCostUsdPerTask: 1 }\n" });
    await runPlan(3);
    const asked = await theOne();
    expect(asked).toMatchObject({ kind: "budget", context: { limitUsd: 1 } });
    await expectExit(0, "breakpoint", "resolve", asked.id, "raise", "--amount", "4");
    await expectExit(0, "resume");
    expect(await shown("a.txt")).toBe("made");
  });

  it("is a breakpoint: a plan, which is carried out by the next resume or never", async () => {
    await start({ tasks: [{ key: "a" }], answers: { a: writes("a.txt") } });
    await expectExit(3, "run", "--plan", "plan.yaml");
    const first = await theOne();
    expect(first).toMatchObject({ kind: "plan", options: ["approve", "reject"] });
    await expectExit(0, "breakpoint", "resolve", first.id, "approve");
    await expectExit(0, "resume");
    await expectExit(3, "run", "--plan", "plan.yaml");
    await expectExit(0, "breakpoint", "resolve", (await theOne()).id, "reject");
    expect((await inspectJob(project)).job.status).toBe("cancelled");
  });

  it("goes on with tutti retry as before, and nothing is asked any more", async () => {
    await start({ tasks: [{ key: "a" }], answers: { a: [writes("CLAUDE.md"), writes("a.txt")] } });
    await runPlan(3);
    await expectExit(0, "retry");
    expect(await waiting()).toEqual([]);
    const { stdout } = await tutti("breakpoint", "list", "--all", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ breakpoints: [{ status: "superseded" }] });
  });
});
