import { describe, expect, it } from "vitest";

import { workflowGraph } from "../../domain/workflow/graph.ts";
import type { TimedNote } from "../../domain/workflow/graph.ts";
import { liveWorkflow } from "./display/live-workflow.ts";
import { noStyle } from "./style.ts";
import { workflowMermaid } from "./workflow-mermaid.ts";
import { workflowTree } from "./workflow-tree.ts";

const error = {
  code: "AGENT_FAILED",
  message: 'no "such" file\nat all',
  failureClass: "permanent",
  context: {},
} as const;

const notes: readonly TimedNote[] = [
  {
    ...{ node: "main@0", kind: "all", name: "review", pattern: "fan-out", status: "running" },
    ...{ branchScope: "main.1", branchNames: ["auth", "db", "api"], at: 0 },
  },
  { node: "main.1.0@0", kind: "agent", name: "code-reviewer", status: "running", taskId: "job/a", at: 0 },
  { node: "main.1.0@0", kind: "agent", name: "code-reviewer", status: "completed", costUsd: 0.0123, at: 64_000 },
  { node: "main.1.1@0", kind: "agent", name: "code-reviewer", status: "failed", error, at: 1_000 },
  { node: "main@2", kind: "sleep", name: "259200000 ms", status: "waiting", at: 65_000 },
  { node: "main@4", kind: "approve", name: 'Merge "all" of it? #1', status: "waiting", at: 66_000 },
];

const titles: Readonly<Record<string, string>> = { "job/a": "Review src/auth" };
const draw = (columns: number) =>
  workflowTree(workflowGraph(notes), { columns, style: noStyle, taskText: (id) => titles[id] });

describe("a workflow as a tree", () => {
  it("has a line for each call, with what its agent does, took and cost", () => {
    expect(draw(60)).toEqual([
      "✓ review (fan-out)",
      "  auth",
      "    ✓ code-reviewer  Review src/auth  1m 04s  $0.0123",
      "  db",
      '    ✗ code-reviewer  no "such" file at all  0s',
      "  api (not begun)",
      "✓ sleep 3d 00h",
      '? ask: Merge "all" of it? #1',
    ]);
  });

  it.each([10, 20, 30, 40])("is never wider than %d columns allow", (columns) => {
    for (const line of draw(columns + 20)) expect(line.length).toBeLessThanOrEqual(columns + 20);
  });

  it("folds what has ended where there is no room", () => {
    const view = { tasks: [], placeOf: new Map(), status: "running" } as const;
    const trace = { name: "review", number: 1, notes, ending: undefined };
    const options = { columns: 60, now: 70_000, style: noStyle };
    expect(liveWorkflow(view, trace, { ...options, rows: 4 })).toEqual([
      "✓ review (fan-out)",
      "✓ sleep 3d 00h",
      '? ask: Merge "all" of it? #1',
    ]);
    expect(liveWorkflow(view, trace, { ...options, rows: 2 })).toEqual([
      "… 2 lines above",
      '? ask: Merge "all" of it? #1',
    ]);
  });
});

describe("a workflow as a Mermaid flowchart", () => {
  it("has a subgraph for each branch, arrows between calls, statuses as classes, and signs escaped", () => {
    expect(workflowMermaid(workflowGraph(notes))).toMatch(
      `flowchart TD
  subgraph n1["review #40;fan-out#41;"]
    subgraph n2["auth"]
      n3["code-reviewer"]:::completed
    end
    subgraph n4["db"]
      n5["code-reviewer"]:::failed
    end
  end
  class n1 completed
  n6("sleep 3d 00h"):::completed
  n1 --> n6
  n7{"ask: Merge #34;all#34; of it? #35;1"}:::waiting
  n6 --> n7
  classDef running`,
    );
  });
});
