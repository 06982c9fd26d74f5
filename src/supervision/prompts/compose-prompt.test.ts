import fc from "fast-check";
import { expect, it } from "vitest";

import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { loadTokenCounter } from "./count-tokens.ts";
import { PromptWriter } from "./prompt-writer.ts";
import { reviewerRequest } from "./reviewer-prompt.ts";
import { workerRequest, type WorkerPromptFacts } from "./worker-prompt.ts";

const spec: PlanTask = {
  key: "a",
  title: "A",
  prompt: "Do it.",
  dependsOn: [],
  contextFiles: [],
  expectedOutputs: ["a.txt"],
  priority: 5,
  acceptance: ["It works."],
};

const words = (count: number): string => Array.from({ length: count }, (_, index) => `word${index}`).join(" ");

const facts: WorkerPromptFacts = {
  goal: "A goal",
  planSummary: words(100),
  spec,
  attempt: 1,
  dependencies: [{ key: "b", title: "B", result: words(50) }],
  parent: { title: "P", prompt: words(200), result: words(3000) },
  feedback: "It failed.",
  namedFiles: [],
  earlierAttempts: [],
  gates: [],
  notes: [words(30), words(30)],
};

const writer = new PromptWriter(() => Promise.resolve([]));
const write = (given: WorkerPromptFacts, maxTokens: number) =>
  writer.write(workerRequest(given), { commit: "c0ffee", settings: { maxTokens } });

it("a prompt stays within its budget, keeps what a task needs, and says what became of the rest", async () => {
  const { count } = await loadTokenCounter();
  for (const maxTokens of [600, 1_000, 2_000, 5_000]) {
    const { text, account } = await write(facts, maxTokens);
    expect(count(text)).toBe(account.tokens);
    expect(account).toMatchObject({ maxTokens, counter: "o200k", isOverBudget: false });
    expect(account.tokens).toBeLessThanOrEqual(maxTokens);
    for (const needed of ["Do it.", "a.txt", "It works.", "It failed.", "A goal"]) expect(text).toContain(needed);
    const status = Object.fromEntries(account.parts.map((part) => [part.name, part.status]));
    expect(status["parent/result"]).not.toBe("kept");
    expect(status["task"]).toBe("kept");
  }
});

it("what is required goes in also where it alone is too long, and the account says so", async () => {
  const { text, account } = await write({ ...facts, spec: { ...spec, prompt: words(2_000) } }, 1_000);
  expect(text).toContain("word1999");
  expect(account.isOverBudget).toBe(true);
  expect(account.parts.filter(({ priority, status }) => priority !== "required" && status !== "dropped")).toEqual([]);
});

it("far below its budget nothing is counted, and everything is there", async () => {
  const { account } = await write({ ...facts, parent: undefined }, 24_000);
  expect(account.counter).toBe("size");
  expect(account.parts.every(({ status }) => status !== "dropped")).toBe(true);
});

it("a long run of letters or of blanks and what looks like a special token are counted as any other text", async () => {
  const { count } = await loadTokenCounter();
  // Not in pieces, each of these takes longer than a test may.
  for (const letter of ["x", " ", "\n", "\u00a0"]) expect(count(letter.repeat(200_000))).toBeGreaterThan(1_000);
  expect(count("<|endoftext|>")).toBeGreaterThan(1);
});

it.each([1, 20])("ten thousand tasks are reviewed by as many of them as fit: length %i", async (length) => {
  const tasks = Array.from({ length: 10_000 }, (_, index) => {
    return {
      key: `task-${index}`,
      title: `Task ${index}`,
      status: "completed",
      evidence: "3 files changed, ".repeat(length),
    };
  });
  const request = reviewerRequest({ goal: "g", planSummary: "", baseCommit: "c0ffee", tasks });
  const { text, account } = await writer.write(request, { commit: "c0ffee", settings: { maxTokens: 24_000 } });
  expect(text).toContain("task-50 ");
  expect(account).toMatchObject({ isOverBudget: false, counter: "o200k" });
});

it("no facts make a prompt that differs from one time to the next", async () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1_000, max: 3_000 }), async (notes, maxTokens) => {
      const [one, other] = [await write({ ...facts, notes }, maxTokens), await write({ ...facts, notes }, maxTokens)];
      expect(one).toEqual(other);
    }),
    { numRuns: 5 },
  );
});
