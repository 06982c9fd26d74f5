import { expect, it } from "vitest";

import { asAttemptId, asCommitId, asJobId } from "../ids.ts";
import type { IngredientDigests } from "./result-key.ts";
import { previewRun, type PreviewFacts } from "./run-preview.ts";
import type { StoredResult } from "./stored-result.ts";

const ingredients: IngredientDigests = {
  task: "t",
  prompt: "p",
  files: "f",
  agent: "a",
  model: "m",
  gates: "g",
  base: "b",
  dependencies: "d",
};
const result: StoredResult = {
  key: "k",
  taskKey: "a",
  jobId: asJobId("j"),
  attempt: asAttemptId("j/a/1"),
  commit: asCommitId("1".repeat(40)),
  baseCommit: asCommitId("2".repeat(40)),
  outcome: { status: "finished", text: "done", usage: {}, durationMs: 1, permissionDenials: [] },
  evidence: { gates: [], diff: { files: 1, added: 1, deleted: 0 } },
  ingredients,
  costUsd: 2,
  durationMs: 1,
  storedAt: 1,
  lastUsedAt: undefined,
  uses: 0,
};
const prior = { low: 1, p50: 4, high: 9 };
const facts: PreviewFacts = {
  key: "a",
  ingredients,
  progress: "none",
  result: undefined,
  newest: undefined,
  isKnown: false,
  prior,
};
const previewOf = (more: Partial<PreviewFacts>) => previewRun([{ ...facts, ...more }]).tasks[0];
const twoUsd = { low: 2, p50: 2, high: 2 };
const free = { low: 0, p50: 0, high: 0 };

it.each([
  ["new", {}, { status: "new", costUsd: prior }],
  ["one of an earlier job without a result", { isKnown: true }, { status: "re-run", changed: [], costUsd: prior }],
  [
    "one whose prompt and base have changed",
    { newest: { ...result, ingredients: { ...ingredients, prompt: "P", base: "B" } } },
    { status: "re-run", changed: ["prompt", "base"], costUsd: twoUsd },
  ],
  ["one whose result is not to be used", { newest: result }, { status: "re-run", changed: [], costUsd: twoUsd }],
  ["cached", { result, newest: result }, { status: "cached", from: result.attempt, costUsd: free, savedUsd: 2 }],
  ["completed", { result, newest: result, progress: "completed" as const }, { status: "done", costUsd: free }],
  ["begun", { result, newest: result, progress: "begun" as const }, { status: "goes-on", costUsd: twoUsd }],
  ["unpriced", { newest: { ...result, costUsd: null, ingredients: {} }, prior: null }, { costUsd: null }],
])("tells a task that is %s", (_what, more, expected) => {
  expect(previewOf(more)).toMatchObject(expected);
});

it("adds up what is priced and what is saved", () => {
  const cached = { ...facts, result, newest: result };
  expect(previewRun([facts, facts, cached, cached, { ...facts, prior: null }])).toMatchObject({
    costUsd: { low: 2, p50: 8, high: 18 },
    unpricedTasks: 1,
    savedUsd: 4,
  });
  expect(previewRun([{ ...facts, prior: null }]).costUsd).toBeNull();
});
