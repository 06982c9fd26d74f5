import { describe, expect, it } from "vitest";
import { estimatePlan, type TaskPrior } from "./estimate.ts";
import { parsePlan } from "./parse-plan.ts";

const plan = parsePlan({
  summary: "Two at once, then one.",
  tasks: [
    { key: "a", title: "a", prompt: "a" },
    { key: "b", title: "b", prompt: "b" },
    { key: "c", title: "c", prompt: "c", dependsOn: ["a", "b"] },
  ],
});
const prior: TaskPrior = { durationMs: { low: 10, p50: 20, high: 60 }, costUsd: { low: 1, p50: 2, high: 4 } };

describe("estimatePlan", () => {
  it("labels its numbers as priors and gives ranges", () => {
    expect(estimatePlan({ plan, workers: 2, priorOf: () => prior })).toEqual({
      basis: "prior",
      tasks: 3,
      workers: 2,
      depth: 2,
      criticalPath: ["a", "c"],
      criticalPathMs: { low: 20, p50: 40, high: 120 },
      workMs: { low: 30, p50: 60, high: 180 },
      makespanMs: { low: 20, p50: 40, high: 120 },
      costUsd: { low: 3, p50: 6, high: 12 },
      unpricedTasks: 0,
    });
  });

  it("takes the whole work with one worker", () => {
    expect(estimatePlan({ plan, workers: 1, priorOf: () => prior }).makespanMs.p50).toBe(60);
  });

  it("counts tasks without a price instead of taking them for free", () => {
    const estimate = estimatePlan({
      plan,
      workers: 1,
      priorOf: ({ key }) => (key === "a" ? prior : { ...prior, costUsd: null }),
    });
    expect(estimate).toMatchObject({ costUsd: { p50: 2 }, unpricedTasks: 2 });
    expect(estimatePlan({ plan, workers: 1, priorOf: () => ({ ...prior, costUsd: null }) }).costUsd).toBeNull();
  });
});
