import { describe, expect, it } from "vitest";

import { forecastWorkflow, type UsualCall, type WorkflowWalk } from "./forecast.ts";
import type { NodeNote } from "./node-note.ts";
import { usualCall } from "./usual-call.ts";

const range = (p50: number) => ({ low: p50 / 2, p50, high: p50 * 2 });
const usual: UsualCall = { durationMs: range(10), costUsd: range(1), basis: "prior", samples: 0 };

const agent = (node: string): NodeNote => ({ node, kind: "agent", name: "builder", status: "completed" });
const fork: NodeNote = { node: "main@1", kind: "all", name: "map", status: "running", branchScope: "main.2" };

/** One agent, then four side by side, then one. */
const nodes = ["main@0", "main.2.0@0", "main.2.1@0", "main.2.2@0", "main.2.3@0", "main@3"];
const walk: WorkflowWalk = {
  notes: [...nodes.map(agent), fork],
  agents: nodes.map((node) => ({ node, profile: "builder", title: node })),
  assumptions: [],
};

describe("the forecast of a workflow", () => {
  it("has what stands side by side run at once, as far as there are workers", () => {
    const { criticalPathMs, workMs, costUsd, ...rest } = forecastWorkflow({ walk, workers: 2, usualOf: () => usual });
    expect(criticalPathMs).toEqual(range(30));
    expect(rest.makespanMs).toEqual(range(40));
    expect(workMs).toEqual(range(60));
    expect(costUsd).toEqual(range(6));
    expect(rest.profiles).toMatchObject([{ profile: "builder", agents: 6, basis: "prior" }]);
  });

  it("counts the calls without a known price apart", () => {
    const usualOf = ({ node }: { readonly node: string }) => (node === "main@0" ? { ...usual, costUsd: null } : usual);
    expect(forecastWorkflow({ walk, workers: 1, usualOf })).toMatchObject({ unpricedTasks: 1, costUsd: range(5) });
  });
});

describe("what a call usually takes", () => {
  const done = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ profile: "builder", durationMs: n + 1, costUsd: (n + 1) / 10 }));

  it("is what is assumed of its model while there are fewer than three tasks of its profile", () => {
    expect(usualCall("builder", done(2), usual)).toEqual(usual);
    expect(usualCall("tester", done(9), usual)).toEqual(usual);
  });

  it("is what the tasks of its profile took", () => {
    expect(usualCall("builder", done(10), usual)).toEqual({
      durationMs: { low: 1, p50: 5, high: 9 },
      costUsd: { low: 0.1, p50: 0.5, high: 0.9 },
      basis: "history",
      samples: 10,
    });
  });
});
