import { expect, it, onTestFinished } from "vitest";

import type { AgentAdapter, AgentOutcome } from "../../agents/port.ts";
import type { ModelUsage } from "../../domain/budget/usage.ts";
import type { LlmAnswer, LlmRequest } from "../port.ts";
import { claudeCodeLlm } from "./claude-code-llm.ts";

/** An agent whose every turn ends like this. */
const endingAs = (outcome: AgentOutcome): AgentAdapter => ({
  specVersion: 1,
  id: "ending",
  doOpen: () =>
    Promise.resolve({
      launchKey: "",
      isAlive: true,
      processGroup: undefined,
      doTurn: () => Promise.resolve(outcome),
      doClear: () => Promise.resolve(),
      doClose: () => Promise.resolve(),
    }),
});

const used = (outputTokens: number, costUsd: number | null): ModelUsage => ({
  inputTokens: 10,
  outputTokens,
  cacheReadTokens: 3,
  cacheWriteTokens: 2,
  costUsd,
});

const finished = { status: "finished", permissionDenials: [], durationMs: 1 } as const;

function ask(outcome: AgentOutcome, own: Partial<LlmRequest> = {}): Promise<LlmAnswer> {
  const adapter = claudeCodeLlm({ agent: endingAs(outcome), model: "haiku" });
  onTestFinished(() => adapter.doClose());
  const { signal } = new AbortController();
  return adapter.doGenerate({ model: "haiku", prompt: "?", maxOutputTokens: 100, timeoutMs: 60_000, signal, ...own });
}

it("an answer has the full name of the model that gave most of it, and what all of them used and cost", async () => {
  const usage = { "claude-haiku-5-5": used(50, 0.25), "claude-other-1": used(1, 0.5) };
  expect(await ask({ ...finished, text: "Fine.", usage })).toMatchObject({
    status: "answered",
    text: "Fine.",
    model: "claude-haiku-5-5",
    usage: { inputTokens: 20, outputTokens: 51, cacheReadTokens: 6, cacheWriteTokens: 4, costUsd: 0.75 },
  });
});

it("a cost that Claude Code does not know is left to the prices", async () => {
  const answer = await ask({ ...finished, text: "Fine.", usage: { "claude-haiku-5-5": used(50, null) } });
  expect(answer.usage).not.toHaveProperty("costUsd");
});

it("the last part of an answer that went on beyond its limit is not taken for the answer", async () => {
  const usage = { "claude-haiku-5-5": used(120, 0.25) };
  expect(await ask({ ...finished, text: "the end.", usage })).toMatchObject({
    failure: { kind: "truncated" },
    usage: {},
  });
  const schema = { type: "array", items: { type: "string" } };
  const whole = { ...finished, text: "", usage, result: { answer: ["a"] } };
  expect(await ask(whole, { schema })).toMatchObject({ status: "answered", value: ["a"] });
});

it("a question that failed has cost what it has cost", async () => {
  const error = {
    code: "AGENT_CONTRACT_BROKEN",
    failureClass: "recoverable",
    message: "No form.",
    context: {},
  } as const;
  const usage = { "claude-haiku-5-5": used(5, 0.25) };
  expect(await ask({ ...finished, status: "failed", text: "", usage, failure: { error } })).toMatchObject({
    failure: { kind: "malformed" },
    usage: { costUsd: 0.25 },
  });
});

it.each([
  [undefined, "low"],
  ["high", "high"],
] as const)("a question is thought about as hard as is told (%s), and little by default", async (effort, launched) => {
  const efforts: unknown[] = [];
  const agent = endingAs({ ...finished, text: "Fine.", usage: {} });
  const noting: AgentAdapter = {
    ...agent,
    doOpen: (launch) => {
      efforts.push(launch.effort);
      return agent.doOpen(launch);
    },
  };
  const adapter = claudeCodeLlm({ agent: noting, model: "haiku", ...(effort === undefined ? {} : { effort }) });
  onTestFinished(() => adapter.doClose());
  const { signal } = new AbortController();
  await adapter.doGenerate({ model: "haiku", prompt: "?", maxOutputTokens: 100, timeoutMs: 60_000, signal });
  expect(efforts).toEqual([launched]);
});
