import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { pipelineWorkflow } from "./pipeline-workflow.ts";
import { sequentialPipeline } from "./sequential-pipeline.ts";

const over = (body: (flow: WorkflowFlow) => Promise<unknown>) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) => z.json().parse(await body(flow)));

describe("a sequential pipeline", () => {
  it("has each stage see what came before it, and gives the typed result of each", async () => {
    const test = over(async (flow) => {
      const ended = await sequentialPipeline(flow, {
        input: "a CSV export",
        stages: [
          { name: "count", agent: "analyzer", prompt: "Count.", result: z.number() },
          { name: "tell", agent: "designer", prompt: ({ results }) => `Tell of ${String(results["count"])}.` },
          { name: "own", run: async (_flow, { last }) => ({ told: last === "told" }) },
        ],
      });
      expectTypeOf(ended.results.count).toEqualTypeOf<number>();
      expectTypeOf(ended.results.tell).toEqualTypeOf<string>();
      expectTypeOf(ended.last).toEqualTypeOf<{ told: boolean }>();
      return ended;
    });
    const { output, host } = await runWorkflow(test, {
      input: null,
      agents: { analyzer: () => 3, designer: () => "told" },
    });
    expect(output).toEqual({
      status: "completed",
      results: { count: 3, tell: "told", own: { told: true } },
      last: { told: true },
    });
    expect(host.calls[0]).toMatchObject({ title: "count", prompt: expect.stringContaining('<data from="input">') });
    expect(host.calls[1]?.prompt).toBe("Tell of 3.");
    expect(host.notes).toContainEqual(expect.objectContaining({ kind: "group", pattern: "sequential-pipeline" }));
  });

  it("shortens what is forwarded to its limit and says so to whoever watches", async () => {
    const test = over(async (flow) =>
      sequentialPipeline(flow, {
        maxForwardedChars: 100,
        stages: [
          { name: "long", agent: "a", prompt: "Write." },
          { name: "next", agent: "b", prompt: "Go on." },
        ],
      }),
    );
    const { host } = await runWorkflow(test, { input: null, agents: { a: () => "x".repeat(300), b: () => "" } });
    expect(host.calls[1]?.prompt).toContain("[shortened: the first 100 of 300 characters]");
    expect(host.lines.map(({ message }) => message)).toEqual([
      "Shortened for the next prompt: long (100 of 300 characters)",
    ]);
  });

  it("stops at the first stage that fails, and says which and what was done", async () => {
    const stages = ["one", "two", "three"].map((name) => ({ name, agent: name, prompt: "Go." }));
    const calls: string[] = [];
    const failing = ({ profile }: { readonly profile: string }): string => {
      calls.push(profile);
      if (profile === "two") throw new Error("no compiler");
      return "done";
    };
    const run = runWorkflow(
      over((flow) => sequentialPipeline(flow, { stages })),
      { input: null, agents: { "*": failing } },
    );
    await expect(run).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: expect.stringMatching(/^Stage two \(after one\): .*no compiler/),
      context: { stage: "two", done: ["one"] },
    });
    expect(calls).toEqual(["one", "two"]);
  });

  it("ends where stopWhen says so, with what there is", async () => {
    const stages = ["one", "two"].map((name) => ({ name, agent: name, prompt: "Go." }));
    const test = over((flow) => sequentialPipeline(flow, { stages, stopWhen: ({ last }) => last === "nothing to do" }));
    const { output } = await runWorkflow(test, { input: null, agents: { "*": () => "nothing to do" } });
    expect(output).toMatchObject({ status: "stopped", stoppedAfter: "one", results: { one: "nothing to do" } });
  });

  it("stops when its budget is used up: the stage that was refused says so", async () => {
    const stages = ["one", "two", "three"].map((name) => ({ name, agent: name, prompt: "Go." }));
    const test = over((flow) => flow.budget({ maxCostUsd: 2 }, () => sequentialPipeline(flow, { stages })));
    const run = runWorkflow(test, { input: null, agents: { "*": () => "done" }, costUsd: 1 });
    await expect(run).rejects.toMatchObject({ code: "BUDGET_EXCEEDED", context: { stage: "three" } });
  });

  it.each([
    [{ stages: [] }, "stages: must not be empty"],
    [{ stages: [{ name: "a", agent: "x", prompt: "" }] }, "stages.0.prompt"],
    [{ stages: [{ name: "a", agent: "x", prompt: "p", agnet: 1 }] }, "agnet"],
    [
      {
        stages: [
          { name: "a", agent: "x", prompt: "p" },
          { name: "a", agent: "x", prompt: "p" },
        ],
      },
      'stages.1.name: "a" is there twice',
    ],
    [{ stages: [{ name: "a", agent: "x", prompt: "p" }], stopsWhen: () => true }, "stopsWhen"],
    [{ stages: [{ name: "__proto__", agent: "x", prompt: "p" }] }, "stages.0.name"],
  ])("refuses options that are wrong before anything starts: %j", async (options, what) => {
    const test = over((flow) => Reflect.apply(sequentialPipeline, undefined, [flow, options]) as Promise<unknown>);
    const run = runWorkflow(test, { input: null, agents: { "*": () => "done" } });
    await expect(run).rejects.toMatchObject({ code: "WORKFLOW_INVALID", message: expect.stringContaining(what) });
  });

  it("gives every stage exactly what the stages before it came to, however many there are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 6 }),
        async (numbers) => {
          const seen: string[][] = [];
          const stages = numbers.map((number) => ({
            name: `s${number}`,
            agent: "a",
            prompt: ({ results }: { readonly results: Readonly<Record<string, unknown>> }) => {
              seen.push(Object.keys(results));
              return `${number}`;
            },
          }));
          const { output } = await runWorkflow(
            over((flow) => sequentialPipeline(flow, { stages })),
            { input: null, agents: { a: ({ prompt }) => `did ${prompt}` } },
          );
          const names = numbers.map((number) => `s${number}`);
          expect(seen).toEqual(names.map((_, index) => names.slice(0, index)));
          expect(output).toMatchObject({ last: `did ${numbers.at(-1)}` });
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("the ready workflow pipeline", () => {
  it("analyzes, designs, builds and tests by default", async () => {
    const { output, host } = await runWorkflow(pipelineWorkflow, {
      input: { goal: "Add a CSV export" },
      agents: { "*": ({ profile }) => `${profile} is done` },
    });
    expect(host.calls.map(({ profile, access }) => `${profile} ${access ?? ""}`.trim())).toEqual([
      "analyzer read",
      "designer read",
      "builder",
      "tester",
    ]);
    expect(output).toMatchObject({ last: "tester is done" });
    expect(host.calls[3]?.prompt).toContain("builder is done");
  });

  it("refuses a stage that it does not understand, by its place in the input", async () => {
    const input = { goal: "x", stages: [{ name: "a", agent: "b", prompt: "c", colour: "red" }] };
    await expect(runWorkflow(pipelineWorkflow, { input })).rejects.toMatchObject({
      code: "WORKFLOW_INPUT_INVALID",
      message: expect.stringContaining("input.stages.0"),
    });
  });
});
