import { describe, expect, it } from "vitest";

import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { readPromptLines } from "../../simulator/prompt-lines.ts";
import { managerPrompt } from "./manager-prompt.ts";
import { continuationPrompt } from "./prompt-head.ts";
import { resolverPrompt } from "./resolver-prompt.ts";
import { reviewerPrompt } from "./reviewer-prompt.ts";
import { forkedPrompt, retryPrompt, workerPrompt, type WorkerPromptFacts } from "./worker-prompt.ts";

const spec: PlanTask = {
  key: "csv-export",
  title: "Export as CSV",
  prompt: "Write src/csv.ts.",
  dependsOn: ["model"],
  contextFiles: ["src/report.ts"],
  expectedOutputs: ["src/csv.ts"],
  priority: 5,
  acceptance: ["Quotes are escaped."],
  footprint: ["src/**"],
};

const facts: WorkerPromptFacts = {
  goal: "Add a CSV export",
  planSummary: "Model first.",
  spec,
  attempt: 2,
  dependencies: [{ key: "model", title: "The model", result: "Wrote it.\nAll of it." }],
  feedback: "The tests failed.",
  gates: [{ name: "tests", run: "npm test" }],
};

describe("a worker's prompt", () => {
  it("carries everything that the task knows", () => {
    const prompt = workerPrompt(facts);
    const parts = [
      "Add a CSV export",
      "Write src/csv.ts.",
      "- src/report.ts",
      "- Quotes are escaped.",
      "- src/**",
      "model (The model): Wrote it. All of it.",
      "tests: `npm test`",
      "The tests failed.",
    ];
    for (const part of parts) expect(prompt).toContain(part);
  });

  it("leaves out the headings that nothing stands under", () => {
    const { footprint: _anywhere, ...anywhere } = spec;
    const bare = { ...anywhere, acceptance: [], contextFiles: [], expectedOutputs: [] };
    const prompt = workerPrompt({ ...facts, spec: bare, feedback: undefined, dependencies: [], gates: [] });
    expect(prompt.match(/^## .*$/gm)).toEqual([
      "## The goal of the whole plan",
      "## The plan",
      "## Your task: Export as CSV",
      "## Rules",
    ]);
  });
});

describe("the prompt of a fork", () => {
  const fork = forkedPrompt({ ...facts, attempt: 1, feedback: undefined, dependencies: [], baseCommit: "c0ffee" });

  it("says that the files are others now, and at which commit", () => {
    expect(fork).toContain("working copy at commit c0ffee");
    expect(fork).toContain("Look again");
  });

  it("has all that belongs to its task, and leaves out what stands in front of it", () => {
    for (const part of ["Write src/csv.ts.", "- src/report.ts", "- Quotes are escaped.", "tests: `npm test`"]) {
      expect(fork).toContain(part);
    }
    for (const part of ["Add a CSV export", "Model first.", "You need not commit"]) expect(fork).not.toContain(part);
    expect(fork.length).toBeLessThan(workerPrompt(facts).length);
  });
});

describe("every prompt of ours", () => {
  it("says in its own lines whose it is, also when it is said again", () => {
    const worker = { role: "worker", task: "csv-export", attempt: 2 };
    expect(readPromptLines(workerPrompt(facts))).toEqual(worker);
    expect(readPromptLines(retryPrompt(facts))).toEqual(worker);
    expect(readPromptLines(forkedPrompt({ ...facts, baseCommit: "c0ffee" }))).toEqual(worker);
    expect(readPromptLines(continuationPrompt(workerPrompt(facts)))).toEqual(worker);
    const resolver = resolverPrompt({ spec, files: ["a"], gates: [] });
    expect(readPromptLines(resolver)).toEqual({ role: "resolver", task: "csv-export" });
    const manager = managerPrompt({ goal: "g", files: ["a"], fileCount: 3, gates: [], workers: 2 });
    expect(readPromptLines(manager)).toEqual({ role: "manager" });
    expect(manager).toContain("Files (1 of 3)");
    const reviewer = reviewerPrompt({ goal: "g", planSummary: "s", tasks: [], baseCommit: "abc" });
    expect(readPromptLines(reviewer)).toEqual({ role: "reviewer" });
  });
});
