import { describe, expect, it } from "vitest";

import { ollama } from "../llms/ollama/ollama.ts";
import type { LlmAdapter } from "../llms/port.ts";
import { supervisorScene, verdictSchema } from "./supervisor-model.fixture.ts";

const scene = supervisorScene();
const { anew, eventTypes, history, question, serve, supervisorOf } = scene;

const paid = {
  status: "answered",
  text: "yes",
  usage: { inputTokens: 1000, outputTokens: 10 },
  model: "haiku-2026-01-01",
  durationMs: 1,
} as const;

describe("a supervisor in front of a model", () => {
  it("answers from the model, records the question with its tokens, and counts nothing for a free model", async () => {
    const model = await serve({ answers: [{ purpose: "review", answer: { score: 0.5 } }] });
    const answer = await supervisorOf().ask(question({ system: "Be strict.", schema: verdictSchema }));
    expect(answer).toMatchObject({ status: "answered", from: "model", value: { score: 0.5 } });
    expect(model.complaints).toEqual([]);
    expect(model.questions[0]).toMatchObject({ purpose: "review", prompt: "Is it good?", format: verdictSchema });
    expect(await history()).toMatchObject([
      {
        kind: "supervisor",
        purpose: "review",
        taskId: "job-1/a",
        attemptId: "job-1/a/1",
        supervisor: "ollama/judge",
        prompt: "Is it good?",
        schema: verdictSchema,
        ending: { status: "answered", from: "model", tries: 1, value: { score: 0.5 }, used: { costUsd: 0 } },
      },
    ]);
    const costs = await scene.open.state.costs.list({ projectPath: "/p" });
    expect(costs).toMatchObject([{ taskKey: "a", role: "supervisor", model: "judge", used: { costUsd: 0 } }]);
    expect(costs[0]?.used.outputTokens).toBeGreaterThan(0);
  });

  it("leaves the cost of a model without a price unknown instead of zero", async () => {
    await serve({ answers: [{ answer: "yes" }] });
    await supervisorOf({ settings: { isFree: false } }).ask(question());
    expect(await scene.open.state.costs.list({ projectPath: "/p" })).toMatchObject([{ used: { costUsd: null } }]);
  });

  it("charges a model by the name that has a price, whatever its server calls it", async () => {
    await serve({ answers: [{ answer: "yes" }] });
    const llm: LlmAdapter = {
      ...ollama({ model: "judge", baseUrl: scene.server?.url ?? "", contextTokens: 4096 }),
      doGenerate: () => Promise.resolve(paid),
    };
    const named = { isFree: false, model: "claude-haiku-4-5" };
    await supervisorOf({ settings: named, llm }).ask(question());
    const [cost] = await scene.open.state.costs.list({ projectPath: "/p" });
    expect(cost).toMatchObject({ model: "haiku-2026-01-01", used: { costUsd: expect.any(Number) } });
  });

  it("takes secrets out of a question before it leaves, and out of the answer before it is stored", async () => {
    const model = await serve({ answers: [{ answer: "I saw sk-ant-abcdefgh" }] });
    const answer = await supervisorOf().ask(
      question({ prompt: "TOKEN is very-secret-value", system: "very-secret-value" }),
    );
    expect(JSON.stringify(model.questions)).not.toContain("very-secret-value");
    expect(answer).toMatchObject({ text: "I saw [redacted]" });
    expect(JSON.stringify(await history())).not.toMatch(/very-secret-value|sk-ant-abc/);
  });

  it("asks again after a refusal for a moment and after an answer of no use, saying what was wrong with it", async () => {
    const model = await serve({
      answers: [{ times: 1, status: 503 }, { times: 1, answer: { score: 2 } }, { answer: { score: 1 } }],
    });
    const answer = await supervisorOf({ settings: { maxRetries: 2 } }).ask(question({ schema: verdictSchema }));
    expect(answer).toMatchObject({ status: "answered", value: { score: 1 } });
    expect(model.questions.map(({ prompt }) => prompt.includes("could not be used"))).toEqual([false, false, true]);
    expect(await history()).toMatchObject([{ ending: { tries: 3 } }]);
  });

  it("waits as long as the server asks, but not beyond the time for the question", async () => {
    const model = await serve({ answers: [{ status: 429, headers: { "retry-after": "3600" } }] });
    const answer = await supervisorOf({ settings: { maxRetries: 5 } }).ask(question());
    expect(answer).toMatchObject({ status: "unavailable", reason: expect.stringContaining("429") });
    expect(model.questions).toHaveLength(1);
  });
});

describe("a model that is down", () => {
  it("is told once, with the purpose and what to do, and again when it is back", async () => {
    const model = await serve({ answers: [{ answer: "fine" }] });
    const supervisor = supervisorOf();
    await model.stop();
    const first = await supervisor.ask(question());
    expect(first).toMatchObject({ status: "unavailable", reason: expect.stringContaining("start it: ollama serve") });
    await supervisor.ask(question({ prompt: "another" }));
    expect(await eventTypes()).toEqual(["supervisor-unavailable"]);
    await model.start();
    expect(await supervisor.ask(question())).toMatchObject({ status: "answered", from: "model" });
    await supervisor.ask(question({ prompt: "one more" }));
    expect(await eventTypes()).toEqual(["supervisor-unavailable", "supervisor-available"]);
  });

  it("is replaced by what it said to the same question before", async () => {
    const model = await serve({ answers: [{ matching: /good/, answer: { score: 1 } }] });
    const supervisor = supervisorOf();
    await supervisor.ask(question({ schema: verdictSchema }));
    await model.stop();
    expect(await supervisor.ask(anew({ schema: verdictSchema }))).toMatchObject({
      from: "cache",
      value: { score: 1 },
    });
    expect(await supervisor.ask(question({ schema: verdictSchema, prompt: "other" }))).toMatchObject({
      status: "unavailable",
    });
    expect((await history()).map(({ ending }) => ending?.status === "answered" && ending.from)).toEqual([
      "model",
      "cache",
      false,
    ]);
  });

  it("is not replaced where the settings say never", async () => {
    const model = await serve({ answers: [{ answer: "fine" }] });
    const supervisor = supervisorOf({ settings: { cache: "never" } });
    await supervisor.ask(question());
    await model.stop();
    expect(await supervisor.ask(anew())).toMatchObject({ status: "unavailable" });
  });

  it("is left alone after three failures in a row, until it has rested", async () => {
    const model = await serve({ answers: [{ times: 3, status: 500 }, { answer: "fine" }] });
    const supervisor = supervisorOf();
    for (const prompt of ["1", "2", "3"]) await supervisor.ask(question({ prompt }));
    const resting = await supervisor.ask(question({ prompt: "4" }));
    expect(resting).toMatchObject({ reason: expect.stringContaining("is left alone for a while after 3 questions") });
    expect(model.questions).toHaveLength(3);
    scene.open.clock.now += 30_000;
    expect(await supervisor.ask(question({ prompt: "5" }))).toMatchObject({ status: "answered" });
    expect(await eventTypes()).toEqual(["supervisor-unavailable", "supervisor-available"]);
  });

  it("does not count a question that was withdrawn", async () => {
    await serve({ answers: [{ hangs: true }] });
    const abort = new AbortController();
    const asked = supervisorOf().ask(question({ signal: abort.signal }));
    await expect.poll(() => scene.server?.questions.length).toBe(1);
    abort.abort();
    expect(await asked).toMatchObject({ status: "unavailable", reason: "the question was withdrawn" });
    expect(await eventTypes()).toEqual([]);
  });
});

describe("a question", () => {
  it("is answered from what is known whenever there is something, where the settings say always", async () => {
    const model = await serve({ answers: [{ answer: "fine" }] });
    const supervisor = supervisorOf({ settings: { cache: "always" } });
    await supervisor.ask(question());
    expect(await supervisor.ask(anew())).toEqual({ status: "answered", from: "cache", text: "fine" });
    expect(model.questions).toHaveLength(1);
  });

  it("that is too long is not sent, since servers cut it without a word", async () => {
    const model = await serve({ answers: [{ answer: "fine" }] });
    const answer = await supervisorOf().ask(question({ prompt: "long ".repeat(4000) }));
    expect(answer).toMatchObject({ status: "unavailable", reason: expect.stringContaining("the prompt is too long") });
    expect(model.questions).toEqual([]);
    const [kept] = await history();
    expect(kept).toMatchObject({ ending: { status: "failed", failure: "not-asked", tries: 0 } });
    expect(kept?.prompt.length).toBeLessThan(2_100);
    expect(await eventTypes()).toEqual([]);
  });

  it("is not sent for a purpose that is switched off, nor against a budget", async () => {
    const model = await serve({ answers: [{ answer: "fine" }] });
    expect(await supervisorOf().ask(question({ purpose: "stall" }))).toMatchObject({
      reason: expect.stringContaining("supervisor.purposes"),
    });
    expect(await supervisorOf({ objection: "no money" }).ask(question())).toMatchObject({ reason: "no money" });
    expect(model.questions).toEqual([]);
  });

  it("survives adapters that throw, when they open and when they are asked", async () => {
    const broken = supervisorOf({ openLlm: () => Promise.reject(new Error("no such library")) });
    expect(await broken.ask(question())).toMatchObject({ status: "unavailable", reason: "no such library" });
    const llm: LlmAdapter = {
      specVersion: 1,
      id: "theirs",
      doGenerate: () => Promise.reject(new Error("oops")),
      doCheckHealth: () => Promise.reject(new Error("oops")),
      doListModels: () => Promise.reject(new Error("oops")),
      estimateTokens: () => 1,
      doClose: () => Promise.resolve(),
    };
    expect(await supervisorOf({ llm }).ask(question())).toMatchObject({ reason: "theirs failed: oops" });
  });
});
