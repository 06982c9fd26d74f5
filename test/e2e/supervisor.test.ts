import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let agents: Simulator;
let ollama: FakeOllama;

const plan = (file: string): string =>
  JSON.stringify({
    summary: "A file",
    tasks: ["a", "b"].map((key) => ({
      key,
      title: `Write ${key}`,
      prompt: `Write ${file}-${key}.txt.`,
      expectedOutputs: [`${file}-${key}.txt`],
    })),
  });

const opinion = {
  requirements: [{ asked: "Write it.", quote: "new file mode", why: "It is there.", status: "met" }],
  criteria: { asked: 4, correct: 4, tested: 3, contained: 4, readable: 4 },
  findings: [{ path: "", message: "Could be longer." }],
};

beforeAll(async () => {
  ollama = await fakeOllama({ models: ["judge"], answers: [{ purpose: "review", answer: opinion }, { answer: "{}" }] });
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": [
      `supervisor: { kind: ollama, model: judge, baseUrl: "${ollama.url}", maxRetries: 0, purposes: [review] }`,
      "quality: { review: true }",
      "execution: { workers: 2 }",
      "",
    ].join("\n"),
    "first.json": plan("first"),
    "second.json": plan("second"),
    "third.json": JSON.stringify({
      summary: "A file",
      tasks: [{ key: "c", title: "Write c", prompt: "Write third.txt.", expectedOutputs: ["third.txt"] }],
    }),
  });
  const turns = (key: string) => [
    writes({ [`first-${key}.txt`]: "1\n", [`second-${key}.txt`]: "2\n" }),
    says("I wrote it."),
  ];
  agents = await scriptedModel({
    tasks: [],
    workers: { a: turns("a"), b: turns("b"), c: [writes({ "third.txt": "3\n" }), says("I wrote it.")] },
    supervisor: [{ structured: opinion, usage: { inputTokens: 2000, outputTokens: 100 } }],
  });
});

afterAll(async () => {
  await ollama.close();
  await agents.close();
  await project.remove();
});

const tutti = (...args: readonly string[]) => runTutti(project, { args, modelUrl: agents.url });

/** In the test's own process. */
const look = (...args: readonly string[]) => runTuttiHere(project, args);

const supervisorEvents = async (): Promise<readonly string[]> =>
  (await inspectJob(project)).events.map(({ type }) => type).filter((type) => type.startsWith("supervisor-"));

describe("a run that an Ollama supervises", () => {
  it("has every attempt reviewed, and its questions are in the history and in the costs, for nothing", async () => {
    const result = await tutti("run", "--plan", "first.json", "--yes", "--json");

    expect(result.exitCode, result.stderr).toBe(0);
    expect(ollama.complaints).toEqual([]);
    expect(ollama.questions.map(({ purpose, model }) => `${purpose} ${model}`)).toEqual([
      "review judge",
      "review judge",
    ]);
    expect(ollama.questions.map(({ prompt }) => /first-[ab]\.txt/.test(prompt))).toEqual([true, true]);
    const { attempts } = await inspectJob(project);
    const review = attempts["a"]?.[0]?.quality?.stages.find(({ name }) => name === "review");
    expect(review).toMatchObject({ status: "passed", findings: [{ message: "Could be longer." }] });
    expect(await supervisorEvents()).toEqual([]);
    const history = await look("history", "--role", "supervisor", "--json");
    expect(history.stdout).toContain("Could be longer.");
    const costs: unknown = JSON.parse((await look("cost", "--by", "model", "--json")).stdout);
    const ofModel = expect.objectContaining({ key: "judge", turns: 2, costUsd: 0 });
    expect(costs).toMatchObject({ groups: expect.arrayContaining([ofModel]) });
  });

  it("goes on by rules alone when the server is gone, and says so once", async () => {
    await ollama.stop();
    const result = await tutti("run", "--plan", "second.json", "--yes");

    expect(result.exitCode, result.stderr).toBe(0);
    expect(await supervisorEvents()).toEqual(["supervisor-unavailable"]);
    const told = result.stdout
      .split("\n")
      .filter((line) => line.includes("no supervisor: cached answers or rules alone"));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/Ollama does not answer at .* \(connection refused\); start it: ollama serve/);
    const { attempts } = await inspectJob(project);
    const review = attempts["a"]?.[0]?.quality?.stages.find(({ name }) => name === "review");
    expect(review).toMatchObject({ status: "not-judged" });
  });

  it("is diagnosed: what is wrong and what to do", async () => {
    const gone = await tutti("supervisor", "check");
    expect(gone.exitCode).toBe(1);
    expect(gone.stdout).toContain("fix: Start it: ollama serve");
    expect((await tutti("supervisor", "ask", "Hello?")).stderr).toContain("ollama serve");
    expect((await tutti("doctor")).stdout).toMatch(/! supervisor +Ollama does not answer/);
    await ollama.start();
    expect((await tutti("supervisor", "check", "--json")).stdout).toContain('"isHealthy":true');
    expect((await tutti("supervisor", "models")).stdout).toBe("judge:latest\n");
    expect((await tutti("supervisor", "ask", "Hello?")).stdout).toBe("{}\n");
  });
});

describe("a run that Claude Code itself supervises", () => {
  beforeAll(() =>
    project.write({
      "tutti.config.yaml": [
        "supervisor: { kind: claude-code, model: haiku, purposes: [review] }",
        "quality: { review: true }",
        "execution: { workers: 1 }",
        "budget: { maxCostUsdPerJob: 5 }",
        "",
      ].join("\n"),
    }),
  );

  it("has work reviewed by a model without tools, at the listed price", async () => {
    const result = await tutti("run", "--plan", "third.json", "--yes");

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(await supervisorEvents()).toEqual([]);
    const asked = agents.requests.filter(({ rule }) => rule === "#0");
    expect(asked.map(({ tools, model }) => ({ tools, model }))).toEqual([
      { tools: ["DeferredToolPlaceholder", "StructuredOutput"], model: expect.stringContaining("haiku") },
    ]);
    expect((await look("task", "show", "c")).stdout).toMatch(/review: passed \(\d\.\d+\)/);
    const costs: unknown = JSON.parse((await look("cost", "--by", "model", "--json")).stdout);
    const ofHaiku = expect.objectContaining({ key: "claude-haiku-5-5", turns: 1, costUsd: expect.closeTo(0.00025, 6) });
    expect(costs).toMatchObject({ groups: expect.arrayContaining([ofHaiku]) });
  });

  it("is diagnosed without a question", async () => {
    const before = agents.requests.length;
    expect((await tutti("supervisor", "check")).stdout).toMatch(/✓ claude-code\/haiku: .*\d+\.\d+\.\d+/);
    expect((await tutti("supervisor", "models")).stdout).toContain("haiku\n");
    expect((await tutti("doctor")).stdout).toMatch(/supervisor +claude-code\/haiku/);
    expect(agents.requests).toHaveLength(before);
  });
});
