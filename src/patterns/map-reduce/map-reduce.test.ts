import { describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { mapReduce } from "./map-reduce.ts";
import { readyMapReduce } from "./ready-map-reduce.ts";

const fileReview = z.object({ problems: z.number() });

const body = (run: (flow: WorkflowFlow) => Promise<unknown>) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) => z.json().parse(await run(flow)));

const reviewAll = (files: readonly string[], options = {}) =>
  body((flow) =>
    mapReduce(flow, {
      items: files,
      map: { agent: "code-reviewer", access: "read", prompt: ({ item }) => `Review ${item}`, result: fileReview },
      reduce: { agent: "analyzer", prompt: "Add them up", result: fileReview },
      ...options,
    }),
  );

const lines = (prompt: string): readonly number[] =>
  [...prompt.matchAll(/"problems": (\d+)/g)].map(([, count]) => Number(count));
const sum = (prompt: string): number => lines(prompt).reduce((a, b) => a + b, 0);

const agents = {
  "code-reviewer": ({ prompt }: { readonly prompt: string }) => ({ problems: Number(prompt.split(" ")[1]) }),
  analyzer: ({ prompt }: { readonly prompt: string }) => ({ problems: sum(prompt) }),
};

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${index + 1}`);

describe("map-reduce", () => {
  it("has each item worked on and makes one typed result of the results", async () => {
    const { output, host } = await runWorkflow(reviewAll(["1", "2", "3"]), { input: null, agents });
    expect(output).toMatchObject({ status: "completed", result: { problems: 6 }, levels: 1, reduceCalls: 1 });
    expect(output).toMatchObject({ items: [{ name: "1" }, { name: "2" }, { name: "3" }] });
    expect(host.calls.at(-1)?.prompt).toContain("These are all the parts.");
    expect(host.notes.find(({ pattern }) => pattern === "map-reduce")?.name).toBe("map-reduce");
  });

  it("reduces level by level where one call can't hold everything", async () => {
    const reduce = { agent: "analyzer", prompt: "Add them up", result: fileReview, fanIn: 3 };
    const { output, host } = await runWorkflow(reviewAll(numbers(20), { reduce }), { input: null, agents });
    expect(output).toMatchObject({ result: { problems: 210 }, levels: 3, reduceCalls: 7 + 2 + 1 });
    const prompts = host.calls.filter(({ profile }) => profile === "analyzer").map(({ prompt }) => prompt);
    expect(prompts.filter((prompt) => prompt.includes("These are some of the parts."))).toHaveLength(9);
  });

  it("goes on without items that failed, reports them and tells the reducer", async () => {
    const flaky = {
      ...agents,
      "code-reviewer": ({ prompt }: { readonly prompt: string }) => {
        if (prompt.includes("2")) throw new Error("it does not parse");
        return { problems: 1 };
      },
    };
    const { output, host } = await runWorkflow(reviewAll(["1", "2", "3"]), { input: null, agents: flaky });
    expect(output).toMatchObject({ result: { problems: 2 }, items: [{}, { status: "failed" }, {}] });
    expect(host.calls.at(-1)?.prompt).toContain("No result for 1 of the items");
    expect(host.calls.at(-1)?.prompt).toContain("- 2: code-reviewer failed: it does not parse");
  });

  it.each([
    ["all have failed", {}, "none"],
    ["one has, and all are needed", { failures: "all" }, "others"],
    ["fewer than needed are left", { minSuccesses: 3 }, "others"],
  ])("fails when %s", async (_, options, who) => {
    const failing = {
      ...agents,
      "code-reviewer": ({ prompt }: { readonly prompt: string }) => {
        if (who === "none" || prompt.includes("2")) throw new Error("no");
        return { problems: 1 };
      },
    };
    const run = runWorkflow(reviewAll(["1", "2", "3"], options), { input: null, agents: failing });
    await expect(run).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: expect.stringMatching(/of 3 items failed/),
    });
  });

  it("asks nobody about no items", async () => {
    const { output, host } = await runWorkflow(reviewAll([]), { input: null });
    expect(output).toEqual({ status: "empty", result: null, items: [], failed: [], levels: 0, reduceCalls: 0 });
    expect(host.calls).toEqual([]);
  });

  it("says which result was too long for the reducer, in the result and to the reducer", async () => {
    const long = {
      ...agents,
      writer: ({ prompt }: { readonly prompt: string }) => (prompt.includes("2") ? "w ".repeat(9_000) : "short"),
    };
    const definition = body((flow) =>
      mapReduce(flow, {
        items: ["1", "2"],
        map: { agent: "writer", prompt: ({ item }) => item },
        reduce: { agent: "joiner", prompt: "Join", maxTokens: 2_000 },
      }),
    );
    const { output, host } = await runWorkflow(definition, {
      input: null,
      agents: { ...long, joiner: () => "joined" },
    });
    expect(output).toMatchObject({ items: [{ name: "1" }, { name: "2", shortenedFrom: expect.any(Number) }] });
    expect(host.calls.at(-1)?.prompt).toContain("1 of them were too long");
  });

  it("asks an agent for the items, or a function", async () => {
    const split = { agent: "architect", prompt: "Which modules are there?" };
    const steps = {
      map: { agent: "explorer", prompt: "Look at it" },
      reduce: { run: async (_: unknown, { parts }: { readonly parts: readonly unknown[] }) => parts.length },
    };
    const byAgent = body((flow) => mapReduce(flow, { split, ...steps }));
    const byFunction = body((flow) => mapReduce(flow, { split: { run: async () => [{ a: 1 }, { a: 2 }] }, ...steps }));
    const stubs = { architect: () => ({ items: ["api", "db"] }), explorer: () => "seen" };
    const first = await runWorkflow(byAgent, { input: null, agents: stubs });
    expect(first.output).toMatchObject({ result: 2, items: [{ name: "api" }, { name: "db" }] });
    expect(first.host.calls[1]?.prompt).toContain('<data from="api">');
    expect((await runWorkflow(byFunction, { input: null, agents: stubs })).output).toMatchObject({ result: 2 });
  });

  it("stops where its budget is used up", async () => {
    const limited = body((flow) =>
      flow.budget({ maxCostUsd: 2 }, () =>
        mapReduce(flow, {
          items: ["1", "2", "3"],
          concurrency: 1,
          map: { agent: "a", prompt: ({ item }) => item },
          reduce: { agent: "a", prompt: "Join" },
        }),
      ),
    );
    const run = runWorkflow(limited, { input: null, agents: { a: () => "done" }, costUsd: 1 });
    await expect(run).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
  });

  it.each([
    [{ fanin: 3 }, "fanin"],
    [{ reduce: { agent: "a", prompt: "x", fanIn: 1 } }, "reduce.fanIn"],
    [{ split: { agent: "a", prompt: "x" } }, "either items or split"],
    [{ maxItems: 2 }, "3 items"],
    [{ failures: "all", minSuccesses: 1 }, "minSuccesses"],
  ])("refuses %j before anything starts", async (options, named) => {
    const run = runWorkflow(reviewAll(["1", "2", "3"], options), { input: null, agents });
    await expect(run).rejects.toMatchObject({ code: "WORKFLOW_INVALID", message: expect.stringContaining(named) });
  });
});

describe("the ready map-reduce", () => {
  it("puts each item into the prompt where it belongs", async () => {
    const { output, host } = await runWorkflow(readyMapReduce, {
      input: {
        items: ["src/a.ts", "src/b.ts"],
        map: { agent: "code-reviewer", prompt: "Review {{item}}." },
        reduce: { prompt: "Combine" },
      },
      agents: { "code-reviewer": ({ prompt }) => `read: ${prompt}`, analyzer: () => "all is well" },
    });
    expect(output).toMatchObject({ status: "completed", result: "all is well" });
    expect(
      host.calls
        .map(({ prompt }) => prompt)
        .slice(0, 2)
        .toSorted(),
    ).toEqual(["Review src/a.ts.", "Review src/b.ts."]);
    expect(host.calls[2]?.prompt).toContain("read: Review src/a.ts.");
  });

  it("names what is wrong with its input", async () => {
    const run = runWorkflow(readyMapReduce, { input: { items: [], map: { promt: "x" }, reduce: { prompt: "y" } } });
    await expect(run).rejects.toMatchObject({
      code: "WORKFLOW_INPUT_INVALID",
      message: expect.stringContaining("input.map"),
    });
  });
});
