import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { Tutti, type Breakpoint, type PersonsAnswer } from "../../src/index.ts";
import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let ollama: FakeOllama | undefined;

afterEach(async () => {
  await ollama?.close();
  ollama = undefined;
  await project.remove();
});

type Start = {
  readonly tasks: readonly object[];
  readonly answers: (home: string) => object;
  readonly settings?: object;
  readonly files?: Readonly<Record<string, string>>;
};

async function start({ tasks, answers, settings = {}, files = {} }: Start): Promise<void> {
  const plan = { summary: "s", tasks: tasks.map((task) => ({ title: "T", prompt: "P", ...task })) };
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": stringify({ agent: { kind: "fake", fakeScript: "script.json" }, ...settings }),
    "plan.yaml": stringify(plan),
    ...files,
  });
  const script = {
    requestLog: `${project.home}/requests`,
    answers: { "*": { text: "done" }, ...answers(project.home) },
  };
  await project.write({ "script.json": JSON.stringify(script) });
}

async function expectExit(code: number, ...args: readonly string[]): Promise<string> {
  // On a loaded machine there would be fewer workers.
  const { exitCode, stdout, stderr } = await runTutti(project, { args, env: { TUTTI_FAULT_IDLE: "1" } });
  expect(exitCode, stdout + stderr).toBe(code);
  return stdout + stderr;
}

const runPlan = (code: number) => expectExit(code, "run", "--plan", "plan.yaml", "--yes");

async function asProgram<Result>(act: (tutti: Tutti) => Promise<Result>): Promise<Result> {
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  await using program = new Tutti({ cwd: project.root, env });
  return await act(program);
}

const resolve = ({ id }: Breakpoint, answer: PersonsAnswer): Promise<Breakpoint> =>
  asProgram((program) => program.resolveBreakpoint(id, answer));

/** What waits now, by the key of its task. */
async function waiting(): Promise<Readonly<Record<string, Breakpoint>>> {
  const open = await asProgram((program) => program.breakpoints());
  return Object.fromEntries(open.map((breakpoint) => [breakpoint.taskId?.split("/").at(-1) ?? "the job", breakpoint]));
}

function of(asked: Readonly<Record<string, Breakpoint>>, key: string): Breakpoint {
  const breakpoint = asked[key];
  if (breakpoint === undefined)
    throw new Error(`nobody asked about ${key}, but about ${Object.keys(asked).join(", ")}`);
  return breakpoint;
}

const kindsOf = (asked: Readonly<Record<string, Breakpoint>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(asked).map(([key, { kind }]) => [key, kind]));

type Request = { readonly key: string; readonly sessionId: string; readonly slotId: string };

/** The turns of agents, by the key of their answer in the script. */
async function turns(key: string): Promise<readonly Request[]> {
  const lines = (await readFile(`${project.home}/requests`, "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Request).filter((request) => request.key.startsWith(`${key}#`));
}

const supervisedBy = (baseUrl: string) => ({
  supervisor: { kind: "ollama", model: "judge", baseUrl, maxRetries: 0, purposes: ["stall"] },
});

const writes = (path: string) => ({ write: { [path]: "made\n" } });
const attemptsOf = async (key: string) => (await inspectJob(project)).attempts[key] ?? [];
const show = async (path: string) => project.git("show", `${(await inspectJob(project)).job.branch}:${path}`);

describe("an agent that stalls again and again", { timeout: 180_000 }, () => {
  const hangs = { hang: true };
  const execution = { workers: 4, stallTimeoutMs: 1_500, maxAttempts: 1 };

  it("is tried once more with the supervisor's hint, then waits for a person whose answer is followed", async () => {
    const retry = { action: "retry", reason: "It waits for input", hint: "Use the flag --no-input" };
    const ask = { action: "ask", reason: "I have no idea", hint: "" };
    ollama = await fakeOllama({
      answers: [
        { purpose: "stall", matching: /task: (hinted|helpless)/, answer: retry },
        { purpose: "stall", answer: ask },
      ],
    });
    await start({
      tasks: ["hinted", "helpless", "patient", "given"].map((key) => ({ key, title: key })),
      answers: () => ({
        hinted: [hangs, writes("hinted.txt")],
        helpless: [hangs, hangs, writes("helpless.txt")],
        patient: { ...hangs, again: writes("patient.txt") },
        given: hangs,
      }),
      settings: { execution, ...supervisedBy(ollama.url) },
    });

    await runPlan(3);

    const asked = await waiting();
    expect(kindsOf(asked)).toEqual({ helpless: "stall", patient: "stall", given: "stall" });
    expect(of(asked, "patient").context.supervisor).toBe("I have no idea");
    expect(of(asked, "helpless").context.supervisor).toBe("It was asked before, and its hint was of no use.");
    expect(ollama.complaints).toEqual([]);
    expect(ollama.questions).toHaveLength(4);
    const [first, second] = await attemptsOf("hinted");
    expect([first?.status, second?.status]).toEqual(["rejected", "accepted"]);
    expect(first?.feedback).toContain("Use the flag --no-input");

    await resolve(of(asked, "helpless"), { answer: "retry", note: "The input is in input.txt" });
    await resolve(of(asked, "patient"), { answer: "wait" });
    await resolve(of(asked, "given"), { answer: "reject" });
    await expectExit(1, "resume");

    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({
      hinted: "completed",
      helpless: "completed",
      patient: "completed",
      given: "failed",
    });
    expect(facts.attempts["helpless"]?.map(({ status }) => status)).toEqual(["rejected", "rejected", "accepted"]);
    expect(facts.attempts["helpless"]?.[1]?.feedback).toContain("The input is in input.txt");
    expect(facts.attempts["patient"]?.map(({ status }) => status)).toEqual(["accepted"]);
    expect(new Set((await turns("patient")).map(({ sessionId }) => sessionId)).size).toBe(1);
  });

  it("waits for a person at once where the supervisor can't be asked", async () => {
    ollama = await fakeOllama();
    await start({
      tasks: [{ key: "a" }],
      answers: () => ({ a: hangs }),
      settings: { execution, ...supervisedBy(ollama.url) },
    });
    await ollama.stop();
    await runPlan(3);
    expect(of(await waiting(), "a").context.supervisor).toMatch(/could not be asked: .*Ollama does not answer/);
  });
});

describe("an agent whose process dies again and again", { timeout: 180_000 }, () => {
  it("goes on, begins anew elsewhere, and then waits for a person, which the run says", async () => {
    const dies = { write: { "left.txt": "x" }, run: ["kill -9 $PPID"] };
    const always = { ...dies, again: dies };
    await start({
      tasks: [{ key: "a" }, { key: "b" }],
      answers: () => ({ a: [always, always, writes("a.txt")], b: always }),
      settings: { execution: { workers: 2 } },
    });

    const said = await runPlan(3);

    expect(said).toContain("tutti breakpoint");
    const asked = await waiting();
    expect(kindsOf(asked)).toEqual({ a: "crash", b: "crash" });
    const sessions = (await turns("a")).map(({ sessionId }) => sessionId);
    expect(sessions).toHaveLength(5);
    expect(new Set(sessions.slice(0, 4)).size).toBe(1);
    expect(sessions[4]).not.toBe(sessions[0]);
    const explained = await expectExit(0, "explain", "a");
    expect(explained).toContain("retry (fresh-start)");
    expect(explained).toContain("fail: before it fails for good, a person is asked");

    await resolve(of(asked, "a"), { answer: "retry" });
    await resolve(of(asked, "b"), { answer: "reject" });
    await expectExit(1, "resume");

    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "failed" });
    expect(facts.attempts["a"]?.map(({ status }) => status)).toEqual(["rejected", "rejected", "accepted"]);
    expect(facts.events.some(({ type }) => type === "work-rescued")).toBe(true);
    expect(await project.git("ls-tree", "-r", "--name-only", facts.job.branch)).not.toContain("left.txt");
  });
});

describe("a merge conflict that no agent could settle", { timeout: 180_000 }, () => {
  const keys = ["one", "two", "three", "four"];
  const sees = (file: string) => `until test -e ${file}; do sleep 0.05; done`;

  async function startConflicts(): Promise<void> {
    const begins = (home: string, key: string) => `touch ${home}/${key}`;
    const rewrites = (home: string, key: string) => ({
      // All of them have begun before the first is merged, and they are done after it.
      run: [begins(home, key), ...(key === "one" ? keys : ["side"]).map((other) => sees(`${home}/${other}`))],
      write: { "README.md": `# By ${key}\n` },
    });
    await start({
      tasks: [...keys.map((key) => ({ key })), { key: "side", dependsOn: ["one"] }],
      answers: (home) => ({
        ...Object.fromEntries(keys.map((key) => [key, rewrites(home, key)])),
        three: [rewrites(home, "three"), writes("three.txt")],
        side: { run: [begins(home, "side")], ...writes("side.txt") },
        "resolver:two": { failure: { class: "permanent", message: "The resolver is broken" } },
        "resolver:*": { text: "I don't know what to do" },
      }),
      settings: { execution: { workers: 5 } },
    });
  }

  it("stays in its folder for a person, whose files are merged wherever the branch is by then; or is tried again; or fails", async () => {
    await startConflicts();
    await runPlan(3);

    const asked = await waiting();
    expect(kindsOf(asked)).toEqual({ two: "conflict", three: "conflict", four: "conflict" });
    const folders = Object.values(asked).map(({ context }) => context.folder ?? "");
    expect(new Set(folders).size).toBe(3);
    expect(of(asked, "two").context.reasons.join()).toContain("The resolver is broken");
    const readme = join(of(asked, "two").context.folder ?? "", "README.md");
    expect(await readFile(readme, "utf8")).toContain("<<<<<<<");

    await resolve(of(asked, "two"), { answer: "approve" });
    await resolve(of(asked, "three"), { answer: "retry", note: "Leave the README alone" });
    await expectExit(3, "resume");
    const again = await waiting();
    expect(of(again, "two").context).toMatchObject({
      reasons: ["conflict markers are still in README.md"],
      folder: of(asked, "two").context.folder,
    });
    expect((await attemptsOf("three")).map(({ status }) => status)).toEqual(["bounced", "accepted"]);

    await writeFile(readme, "# By one and two\n");
    await resolve(of(again, "two"), { answer: "approve" });
    await resolve(of(again, "four"), { answer: "reject" });
    await expectExit(1, "resume");

    const done = { one: "completed", two: "completed", three: "completed", side: "completed" };
    expect(statusesOf(await inspectJob(project))).toEqual({ ...done, four: "failed" });
    expect(await show("README.md")).toBe("# By one and two");
    expect(await show("three.txt")).toBe("made");
    expect(await turns("resolver:two")).toHaveLength(1);
  });
});

describe("a job that stands still", { timeout: 180_000 }, () => {
  it("goes on with a raised budget, and is cancelled by a stop", async () => {
    await start({
      tasks: [{ key: "a" }, { key: "b", dependsOn: ["a"] }],
      answers: () => ({
        a: { ...writes("a.txt"), usage: { costUsd: 2 } },
        b: { ...writes("b.txt"), usage: { costUsd: 2 } },
        "reviewer:*": { result: null, usage: { costUsd: 0 } },
      }),
      settings: { budget: { maxCostUsdPerJob: 1 }, execution: { cache: false } },
    });
    await runPlan(4);
    const asked = of(await waiting(), "the job");
    expect(asked).toMatchObject({ kind: "budget", options: ["raise", "stop"], context: { limitUsd: 1, costUsd: 2 } });
    await resolve(asked, { answer: "raise", amountUsd: 9 });
    await expectExit(0, "resume");
    expect((await inspectJob(project)).job.options.maxCostUsdPerJob).toBe(10);

    await runPlan(4);
    await resolve(of(await waiting(), "the job"), { answer: "stop" });
    const facts = await inspectJob(project);
    expect(facts.job.status).toBe("cancelled");
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "cancelled" });
    expect(await waiting()).toEqual({});
  });

  it("asks why several tasks failed alike, goes on with what is left, and is cancelled by a stop", async () => {
    const failure = { class: "permanent", message: "The compiler is not installed" };
    const bad = ["f1", "f2", "f3"];
    await start({
      tasks: [...bad.map((key) => ({ key, priority: 9 })), { key: "left" }],
      answers: () => ({ ...Object.fromEntries(bad.map((key) => [key, { failure }])), left: writes("left.txt") }),
      settings: { execution: { workers: 1, cache: false } },
    });
    const said = await runPlan(3);
    expect(said).toContain("tutti breakpoint");
    const asked = of(await waiting(), "the job");
    expect(asked).toMatchObject({ kind: "failure", options: ["retry", "stop"] });
    expect(asked.context.reasons.join()).toContain("The compiler is not installed");
    await resolve(asked, { answer: "retry" });
    await expectExit(1, "resume");
    expect(statusesOf(await inspectJob(project))).toMatchObject({ f1: "failed", left: "completed" });

    await runPlan(3);
    await resolve(of(await waiting(), "the job"), { answer: "stop" });
    const facts = await inspectJob(project);
    expect(facts.job.status).toBe("cancelled");
    expect(statusesOf(facts)).toMatchObject({ f1: "failed", left: "cancelled" });
  });
});

describe("an evaluator of a plugin", { timeout: 180_000 }, () => {
  it("decides for a rule, and where it throws or answers oddly a person is asked", async () => {
    const plugin = `export default {
      name: "mine",
      breakpointEvaluators: {
        isFine: ({ task, kind }) => {
          if (task === "thrown") throw new Error("no idea");
          return task === "odd" ? "yes" : kind === "before-merge" && task === "fine";
        },
        isBroken: () => Promise.reject(new Error("broken")),
      },
    };`;
    const on = "before-merge";
    const rules = [
      { name: "let-through", on, when: { custom: "isFine" }, action: "approve", priority: 1 },
      { name: "forbid", on, when: { all: [{ task: "refused" }, { custom: "isBroken" }] }, action: "deny", priority: 2 },
      { name: "look", on, action: "ask" },
    ];
    const keys = ["fine", "thrown", "odd", "other", "refused"];
    await start({
      tasks: keys.map((key) => ({ key })),
      answers: () => Object.fromEntries(keys.map((key) => [key, writes(`${key}.txt`)])),
      settings: { plugins: ["./mine.mjs"], execution: { workers: 2 } },
      files: { "mine.mjs": plugin, ".tutti/breakpoints.yaml": stringify({ rules }) },
    });
    await runPlan(3);
    expect(Object.keys(await waiting()).toSorted()).toEqual(["odd", "other", "thrown"]);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toMatchObject({ fine: "completed", refused: "failed" });
    expect(facts.tasks["fine"]?.evidence?.approvedBy).toBe("rule let-through");
  });
});
