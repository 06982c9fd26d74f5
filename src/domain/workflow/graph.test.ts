import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { nodesOf, workflowGraph } from "./graph.ts";
import type { NodeNote } from "./node-note.ts";

const agent = (node: string, status: NodeNote["status"], more: Partial<NodeNote> = {}): NodeNote => ({
  ...{ node, kind: "agent" as const, name: "builder", status },
  ...more,
});
const fork = (node: string, branchScope: string, names: readonly string[] = []): NodeNote => ({
  ...{ node, kind: "all" as const, name: "map", status: "running" as const },
  ...{ branchScope, branchNames: names },
});

type Plan = { readonly leaf: boolean; readonly branches: readonly (readonly Plan[])[] };

const plansOf = (depth: number): fc.Arbitrary<readonly Plan[]> =>
  fc.array(
    fc.record({
      leaf: depth === 0 ? fc.constant(true) : fc.boolean(),
      branches: depth === 0 ? fc.constant([]) : fc.array(plansOf(depth - 1), { maxLength: 3 }),
    }),
    { maxLength: 3 },
  );

/** What a run of this form notes: a group before its branches, an end after its beginning. */
function notesOf(list: readonly Plan[], scope = "main"): readonly NodeNote[] {
  return list.flatMap(({ leaf, branches }, index) => {
    const position = index * 2;
    const node = `${scope}@${position}`;
    if (leaf) return [agent(node, "running"), agent(node, "completed", { costUsd: 1 })];
    const branchScope = `${scope}.${position + 1}`;
    const within = branches.flatMap((branch, number) => notesOf(branch, `${branchScope}.${number}`));
    return [fork(node, branchScope), ...within];
  });
}

describe("the graph of a workflow", () => {
  it("has each node once, under its branch, whatever comes twice and in which order nodes are heard of", () => {
    const shuffled = plansOf(3).chain((list) => {
      const notes = notesOf(list);
      const byNode = [...Map.groupBy(notes, ({ node }) => node).values()];
      const repeated = fc.array(fc.boolean(), { minLength: byNode.length, maxLength: byNode.length });
      return fc.record({
        notes: fc.constant(notes),
        nodes: fc.shuffledSubarray(byNode, { minLength: byNode.length }),
        repeated,
      });
    });
    fc.assert(
      fc.property(shuffled, ({ notes, nodes, repeated }) => {
        const told = nodes.flatMap((own, index) => (repeated[index] === true ? [...own, ...own] : own));
        expect(workflowGraph(told)).toEqual(workflowGraph(notes));
        const ids = [...nodesOf(workflowGraph(notes))].map(({ node }) => node);
        expect(ids.toSorted()).toEqual([...new Set(notes.map(({ node }) => node))].toSorted());
      }),
    );
  });

  it("names branches, those that have not begun as well", () => {
    const { nodes, status } = workflowGraph([fork("main@0", "main.1", ["auth", "db"]), agent("main.1.0@0", "running")]);
    expect(nodes[0]?.branches).toMatchObject([
      { name: "auth", nodes: [{ name: "builder" }] },
      { name: "db", nodes: [] },
    ]);
    expect([status, nodes[0]?.status]).toEqual(["running", "running"]);
  });

  it("takes a wait for over when something comes after it", () => {
    const sleep = { node: "main@0", kind: "sleep", name: "5 ms", status: "waiting" } as const;
    expect(workflowGraph([sleep])).toMatchObject({ status: "waiting", nodes: [{ status: "waiting" }] });
    const { nodes } = workflowGraph([sleep, agent("main@2", "running")]);
    expect(nodes.map(({ status }) => status)).toEqual(["completed", "running"]);
  });

  it("tells a group that failed from one whose failures were results", () => {
    const branches = [agent("main.1.0@0", "failed"), agent("main.1.1@0", "completed")];
    const group = fork("main@0", "main.1");
    expect(workflowGraph([group, ...branches], "failed").nodes[0]?.status).toBe("failed");
    expect(workflowGraph([group, ...branches], "completed").nodes[0]?.status).toBe("completed");
    expect(workflowGraph([group, ...branches, agent("main@2", "running")]).nodes[0]?.status).toBe("completed");
  });

  it("leaves nothing running in a run that was cancelled", () => {
    const { nodes, status } = workflowGraph([fork("main@0", "main.1"), agent("main.1.0@0", "running")], "cancelled");
    expect([status, nodes[0]?.status, nodes[0]?.branches[0]?.nodes[0]?.status]).toEqual(Array(3).fill("cancelled"));
  });

  it("forgets the error of an agent that was asked again, and keeps its task", () => {
    const error = { code: "AGENT_FAILED", message: "no", failureClass: "permanent", context: {} } as const;
    const { nodes } = workflowGraph([
      agent("main@0", "failed", { error, taskId: "job/builder" }),
      agent("main@0", "running"),
    ]);
    expect(nodes[0]).toMatchObject({ status: "running", taskId: "job/builder" });
    expect(nodes[0]).not.toHaveProperty("error");
  });
});
