import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { Tutti, type Breakpoint } from "../../src/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

const command = "sh -c 'echo yes > asked.txt'";

async function start(rule: object): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 1 }\n",
    "plan.yaml": stringify({ summary: "s", tasks: [{ key: "a", title: "T", prompt: "P" }] }),
    "script.json": JSON.stringify({
      answers: { "*": { text: "done" }, a: { asks: [command], again: { asks: [command] } } },
    }),
    ".tutti/breakpoints.yaml": stringify({ rules: [{ name: "r", action: "ask", ...rule }] }),
  });
}

async function run(exit: number | null, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const result = await runTutti(project, { args, env });
  expect(result.exitCode, result.stdout + result.stderr).toBe(exit);
}

async function waiting(): Promise<readonly Breakpoint[]> {
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  await using tutti = new Tutti({ cwd: project.root, env });
  return await tutti.breakpoints();
}

const killedOnceAt = (point: string) => ({ TUTTI_FAULT: point, TUTTI_FAULT_FOLDER: join(project.home, "faults") });

const opened = async (): Promise<number> =>
  (await inspectJob(project)).events.filter(({ type }) => type === "breakpoint-opened").length;

describe("kill -9 of the worker while a question is opened", { timeout: 180_000 }, () => {
  it.each(["permission.asked", "decide.made", "decide.after"])("at %s leaves one question, once", async (point) => {
    await start({ on: "permission" });
    await run(3, ["run", "--plan", "plan.yaml", "--yes"], killedOnceAt(`${point}@worker`));
    expect(await waiting()).toMatchObject([{ kind: "permission", context: { input: { command } } }]);
    expect(await opened()).toBe(1);
  });
});

describe("kill -9 of whoever answers", { timeout: 180_000 }, () => {
  it("loses the answer before it is stored, and nothing after that", async () => {
    await start({ on: "permission" });
    await run(3, ["run", "--plan", "plan.yaml"]);
    const [plan] = await waiting();
    const answer = ["breakpoint", "resolve", plan?.id ?? "", "approve"];
    await run(null, answer, killedOnceAt("breakpoint.answering"));
    expect(await waiting()).toMatchObject([{ id: plan?.id, status: "open" }]);
    await run(null, answer, killedOnceAt("breakpoint.answered"));
    expect(await waiting()).toEqual([]);
    await run(3, ["resume"]);
    const [permission] = await waiting();
    const allow = ["breakpoint", "resolve", permission?.id ?? "", "allow"];
    await run(null, allow, { ...killedOnceAt("breakpoint.answered"), TUTTI_FAULT_FOLDER: join(project.home, "again") });
    await run(0, ["resume"]);
    expect(statusesOf(await inspectJob(project))).toEqual({ a: "completed" });
  });
});

describe("a timeout", { timeout: 180_000 }, () => {
  it("that ends while nothing runs is the answer no, which the agent is told", async () => {
    await start({ on: "permission", timeoutMs: 3_600_000 });
    await run(3, ["run", "--plan", "plan.yaml", "--yes"]);
    const clock = join(project.home, "clock");
    await writeFile(clock, "3600001");
    await run(1, ["resume"], { TUTTI_FAULT_CLOCK: clock });
    const { events, attempts } = await inspectJob(project);
    expect(events.filter(({ type }) => type === "breakpoint-expired")).toMatchObject([{ data: { answer: "deny" } }]);
    expect(attempts["a"]?.[0]?.outcome?.permissionDenials ?? []).toHaveLength(1);
  });
});
