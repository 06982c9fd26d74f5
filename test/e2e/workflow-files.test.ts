import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Tutti, workflow, type StoredEvent } from "../../src/index.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti, runTuttiHere, startTutti, type TuttiResult } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

const two = `description: One thing after the other
input: { topic: string, times: { type: number, default: 2 } }
steps:
  - { id: first, agent: explorer, prompt: "First {{ input.topic }}", result: { files: list } }
  - { id: second, agent: explorer, prompt: "Second {{ steps.first.result.files }}" }
output: { said: "{{ steps.second.result }}", times: "{{ input.times }}" }
`;

/** A project whose agents play a script. */
async function start(
  answers: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    ".gitignore": "*.jsonl\n",
    "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2 }\n",
    "script.json": JSON.stringify({ answers: { "*": { text: "done" }, ...answers } }),
    ...files,
  });
}

const run = (...args: readonly string[]): Promise<TuttiResult> => runTutti(project, { args });
const env = () => ({ PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome });
const library = () => new Tutti({ cwd: project.root, env: env(), note: () => undefined });

/** How often agents were asked. */
async function asked(): Promise<number> {
  const log = await readFile(join(project.root, "script.json.requests.jsonl"), "utf8");
  return log.trimEnd().split("\n").length;
}

const calls = `import { workflow } from "tutti";
import { z } from "zod";
export default workflow("calls", { input: z.null(), output: z.string() }, (flow) =>
  flow.agent("explorr", "Look"));
`;

const jobs = async (): Promise<unknown> => JSON.parse((await runTuttiHere(project, ["job", "list", "--json"])).stdout);

describe("tutti workflow run", () => {
  it("goes on after kill -9 where it stood, and asks no agent again that was done", async () => {
    await start(
      {
        "/First/": { text: "found", result: { files: ["a.ts"] } },
        "/Second/": { text: "working", hang: true, again: { text: "looked at a.ts" } },
      },
      { ".tutti/workflows/two.yaml": two },
    );
    const cut = startTutti(project, { args: ["workflow", "run", "two", "--set", "topic=bugs", "--json"] });
    await expect.poll(asked, { timeout: 60_000 }).toBe(2);
    cut.child.kill("SIGKILL");
    await cut.ended;

    const resumed = await run("resume", "--json");

    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(parseNdjson(resumed.stdout).at(-1)).toMatchObject({
      type: "workflow-output",
      workflow: "two",
      status: "completed",
      output: { said: "looked at a.ts", times: 2 },
    });
    expect(await asked()).toBe(3);
  });

  it("takes a signal that another terminal sends, and prints what it comes to", async () => {
    await start(
      {},
      {
        "flows/wait.yaml":
          'steps: [{ id: go, receive: go, result: { ok: boolean } }]\noutput: "{{ steps.go.result.ok }}"\n',
      },
    );
    const waiting = startTutti(project, { args: ["workflow", "run", "wait.yaml"], cwd: join(project.root, "flows") });
    await expect
      .poll(async () => (await inspectJob(project)).events.map(({ type }) => type), { timeout: 60_000 })
      .toContain("workflow-node");
    const sent = await run("workflow", "signal", "wait", "go", "--payload", '{"ok":true}');
    expect(sent.stderr + sent.stdout).toMatch(/^Sent go to wait-\S+\.\n$/);
    const { stdout, stderr, exitCode } = await waiting.ended;
    expect(exitCode, stderr).toBe(0);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("true");
  });

  it("starts nothing for a file, an input, an option or an agent that is wrong, and names file, line and field", async () => {
    await start(
      {},
      {
        ".tutti/workflows/two.yaml": two,
        ".tutti/workflows/agent.yaml": "steps:\n  - { id: a, agent: explorr, prompt: x }\n",
        ".tutti/workflows/circle.yaml": "steps:\n  - { id: a, sleep: 1s, needs: [b] }\n  - { id: b, sleep: 1s }\n",
        ".tutti/workflows/option.yaml": "steps:\n  - { id: a, agent: explorer, promt: x }\n",
        ".tutti/workflows/calls.ts": calls,
        ".tutti/workflows/throws.ts": 'const a: number = 1;\nthrow new Error("boom");\nexport default a;\n',
      },
    );
    const mistakes: readonly (readonly [readonly string[], string])[] = [
      [["two"], "input.topic is missing: expected string"],
      [["two", "--input", '{"topic":3}'], "input.topic: expected string, received number"],
      [["two", "--set", "topik=x"], "hint: Did you mean topic?"],
      [["agent"], '.tutti/workflows/agent.yaml:2: names "explorr", which is no agent profile'],
      [
        ["circle"],
        ".tutti/workflows/circle.yaml:2: steps[0].needs waits for itself: a (line 2) → b (line 3) → a (line 2)",
      ],
      [["option"], ".tutti/workflows/option.yaml:2: steps[0].prompt is missing"],
      [["calls"], '.tutti/workflows/calls.ts:4: names "explorr", which is no agent profile'],
      [["throws"], ".tutti/workflows/throws.ts:2: the file threw Error: boom"],
      [["twoo"], "hint: Did you mean two?"],
    ];
    const results = await Promise.all(mistakes.map(([args]) => run("workflow", "run", ...args)));
    expect(results.map(({ exitCode }) => exitCode)).toEqual(mistakes.map(() => 2));
    expect(results.map(({ stderr }, index) => stderr.includes(mistakes[index]?.[1] ?? "?") || stderr)).toEqual(
      mistakes.map(() => true),
    );
    expect(await jobs()).toEqual({ jobs: [] });
  });

  it("says what a workflow failed with, and ends with 1", async () => {
    await start({}, { "f.yaml": "steps: [{ id: test, run: 'echo broken; exit 3' }]\n" });
    const { exitCode, stderr } = await run("workflow", "run", "f.yaml");
    expect(stderr).toContain("error: workflow f failed: f.yaml:1: the command of test ended with exit code 3: broken");
    expect(exitCode).toBe(1);
  });
});

describe("a workflow that a program runs", () => {
  const form = {
    input: z.strictObject({ names: z.array(z.string()) }),
    output: z.object({ said: z.array(z.string()) }),
  };
  const greet = workflow("greet", form, async (flow, { names }) => ({
    said: await flow.map(names, (name) => flow.agent("explorer", `Greet ${name}`)),
  }));

  it("may be an object, with its types, and its events come while it runs", async () => {
    await start({ "/Greet a/": { text: "hello a" }, "/Greet b/": { text: "hello b" } }, {});
    await using tutti = library();
    const { jobId, events, result } = await tutti.runWorkflow(greet, { names: ["a", "b"] });
    const seen: StoredEvent[] = [];
    for await (const event of events) seen.push(event);
    expect((await result).said).toEqual(["hello a", "hello b"]);
    expect(new Set(seen.map(({ jobId: of }) => of))).toEqual(new Set([jobId]));
    expect(seen.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["workflow-started", "workflow-node", "workflow-ended"]),
    );
  });

  it("goes on with the same key, in another process or after its end, and asks nobody again", async () => {
    await start({}, {});
    const first = library();
    const cut = await first.runWorkflow(greet, { names: ["a", "b"] }, { key: "greetings" });
    for await (const { type } of cut.events) if (type === "attempt-started") break;
    await first.close();
    await expect(cut.result).rejects.toMatchObject({ code: "ABORTED" });

    await using second = library();
    const again = await second.runWorkflow(greet, { names: ["a", "b"] }, { key: "greetings" });
    expect(again.jobId).toBe(cut.jobId);
    expect(await again.result).toEqual({ said: ["done", "done"] });
    const times = await asked();
    const third = await second.runWorkflow(greet, { names: ["a", "b"] }, { key: "greetings" });
    expect(await third.result).toEqual({ said: ["done", "done"] });
    expect(await asked()).toBe(times);
  });

  it("waits for a person's answer, and ends with the error that it failed with", async () => {
    await start({}, { ".tutti/workflows/ask.yaml": "steps: [{ id: ask, approve: Ship it? }]\n" });
    await using tutti = library();
    const { result, jobId } = await tutti.runWorkflow("ask", {});
    await expect.poll(async () => (await tutti.breakpoints(jobId)).length, { timeout: 60_000 }).toBe(1);
    const [question] = await tutti.breakpoints(jobId);
    await tutti.resolveBreakpoint(question?.id ?? "", { answer: "reject", note: "not today" });
    await expect(result).rejects.toMatchObject({
      code: "WORKFLOW_STEP_FAILED",
      message: ".tutti/workflows/ask.yaml:1: ask was not approved: not today",
    });
  });

  it("makes no job of an input that is wrong", async () => {
    await start({}, { ".tutti/workflows/two.yaml": two });
    await using tutti = library();
    await expect(tutti.runWorkflow("two", { topic: 1 })).rejects.toMatchObject({ code: "WORKFLOW_INPUT_INVALID" });
    expect(await jobs()).toEqual({ jobs: [] });
  });
});
