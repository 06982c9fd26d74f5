import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

const review = `
import { z } from "zod";
import { workflow } from "tutti";

const verdict = z.object({ isGood: z.boolean(), findings: z.array(z.string()) });

export default workflow(
  "review",
  { input: z.object({ files: z.array(z.string()) }), output: z.number() },
  async (flow, { files }) => {
    const verdicts = await flow.map(
      files,
      (file) => flow.agent("code-reviewer", { prompt: "Review " + file, title: "Review " + file, result: verdict, access: "read" }),
      { label: "reviews", names: files },
    );
    await flow.step("publish", async () => {
      throw new Error("a dry run publishes nothing");
    });
    return verdicts.length;
  },
);
`;

const answer = { isGood: true, findings: [] };

async function start(): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml":
      "agent: { kind: fake, fakeScript: script.json }\nworkflows: { confirmAgents: 3 }\nexecution: { workers: 2, leaseMs: 5000, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }\n",
    "script.json": JSON.stringify({ answers: { "*": { text: JSON.stringify(answer), result: answer } } }),
    ".tutti/workflows/review.ts": review,
  });
}

const input = (count: number): string => JSON.stringify({ files: Array.from({ length: count }, (_, n) => `${n}.ts`) });

const Graph = z.looseObject({
  job: z.string().optional(),
  status: z.string(),
  nodes: z.array(
    z.looseObject({ name: z.string(), status: z.string(), branches: z.array(z.looseObject({ name: z.string() })) }),
  ),
});

describe("the graph and the dry run of a workflow", () => {
  it("shows what would happen without starting anything, asks before much of it, and shows what happened", async () => {
    await start();
    const dry = await runTutti(project, { args: ["workflow", "run", "review", "--input", input(2), "--dry-run"] });
    expect(dry.stdout).toContain("Dry run of review: nothing was started");
    expect(dry.stdout).toMatch(/✓ reviews.*\n {2}0\.ts\n {4}✓ code-reviewer {2}Review 0\.ts/);
    expect(dry.stdout).toContain("2 calls of agents; p50–p90, without retries");
    expect(dry.stdout).toContain("code-reviewer ×2: a prior, nothing was measured");
    expect(dry.stdout).toContain("code-reviewer: isGood = true");
    expect(dry.exitCode).toBe(0);

    const large = await runTutti(project, { args: ["workflow", "run", "review", "--input", input(4)] });
    expect(large.stderr).toContain("asks for 4 agents, more than 3 (workflows.confirmAgents)");
    expect(large.exitCode).toBe(3);
    expect(parseNdjson((await runTuttiHere(project, ["job", "list", "--json"])).stdout)).toEqual([{ jobs: [] }]);

    const mermaid = ["workflow", "graph", "review", "--input", input(1), "--format", "mermaid"];
    expect((await runTutti(project, { args: mermaid })).stdout).toMatch(
      /^flowchart TD\n {2}subgraph n1\["reviews #40;all#41;"\]/,
    );

    const ran = await runTutti(project, { args: ["workflow", "run", "review", "--input", input(4), "--yes"] });
    expect(ran.stdout).toContain("a dry run publishes nothing");
    const graph = Graph.parse(JSON.parse((await runTutti(project, { args: ["workflow", "graph", "--json"] })).stdout));
    expect(graph.status).toBe("failed");
    expect(graph.nodes.map(({ name, status }) => [name, status])).toEqual([
      ["reviews", "completed"],
      ["publish", "failed"],
    ]);
    expect(graph.nodes[0]?.branches.map(({ name }) => name)).toEqual(["0.ts", "1.ts", "2.ts", "3.ts"]);

    const recorded = await runTutti(project, { args: ["workflow", "record"] });
    expect(JSON.parse(recorded.stdout)).toMatchObject({
      workflow: "review",
      agents: [0, 1, 2, 3].map((n) => ({ path: `reviews#1[${n}]/code-reviewer#1`, result: answer })),
    });

    const known = await runTutti(project, {
      args: ["workflow", "run", "review", "--input", input(1), "--dry-run", "--json"],
    });
    expect(JSON.parse(known.stdout)).toMatchObject({
      forecast: { agents: 1, profiles: [{ profile: "code-reviewer", basis: "history", samples: 4 }] },
    });
  });
});
