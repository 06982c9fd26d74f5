import { describe, expect, it } from "vitest";
import { estimatePlan, type TaskPrior } from "../../domain/plan/estimate.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { planTree } from "./plan-tree.ts";

const plan = parsePlan({
  summary: "A parser first, then what uses it.",
  tasks: [
    { key: "csv-parser", title: "Parse CSV rows", prompt: "p", priority: 8, expectedOutputs: ["src/csv.ts"] },
    { key: "docs", title: "Describe the format", prompt: "p", footprint: ["docs/**"] },
    {
      key: "csv-export",
      title: "Write the export command with a title that doesn't fit into one line of this width",
      prompt: "p",
      dependsOn: ["csv-parser"],
      gates: ["test"],
    },
  ],
});

const minutes = (count: number): number => count * 60_000;
const prior: TaskPrior = {
  durationMs: { low: minutes(1), p50: minutes(2), high: minutes(5) },
  costUsd: { low: 0.05, p50: 0.1, high: 0.3 },
};

describe("the plan's tree", () => {
  it("shows levels, what each task makes, and estimates that are called so", () => {
    const priorOf = () => prior;
    const estimate = estimatePlan({ plan, workers: 2, priorOf });
    expect(planTree(plan, { columns: 60, estimate, priorOf })).toBe(
      `
A parser first, then what uses it.

Level 1, 2 tasks side by side
  csv-parser  Parse CSV rows
      priority 8 · 2m 00s–5m 00s · $0.1000–$0.3000
      makes: src/csv.ts
  docs        Describe the format
      priority 5 · 2m 00s–5m 00s · $0.1000–$0.3000
      changes only: docs/**

Level 2
  csv-export  Write the export command with a title that
              doesn't fit into one line of this width
      priority 5 · 2m 00s–5m 00s · $0.1000–$0.3000
      after: csv-parser
      gates: test

3 tasks in 2 levels; longest chain: csv-parser → csv-export
Estimate from priors (p50–p90), without retries and planning:
  time  4m 00s–10m 00s with 2 workers (6m 00s–15m 00s one after another)
  cost  $0.3000–$0.9000
`.trimStart(),
    );
  });

  it("says what it can't price", () => {
    const priorOf = ({ key }: { key: string }) => (key === "docs" ? { ...prior, costUsd: null } : prior);
    const text = planTree(plan, { columns: 80, estimate: estimatePlan({ plan, workers: 1, priorOf }), priorOf });
    expect(text).toContain("cost  $0.2000–$0.6000 and 1 unpriced task\n");
    expect(text).toContain("priority 5 · 2m 00s–5m 00s · unpriced\n");
  });

  it("does without estimates", () => {
    const text = planTree(plan, { columns: 80 });
    expect(text).not.toContain("priors");
    expect(text.endsWith("\n3 tasks\n")).toBe(true);
  });
});
