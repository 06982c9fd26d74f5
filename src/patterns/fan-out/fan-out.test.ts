import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { fanOut } from "./fan-out.ts";
import { over, three } from "./fan-out.fixture.ts";
import { fanOutWorkflow } from "./fan-out-workflow.ts";

const failing =
  (...names: readonly string[]) =>
  ({ prompt }: { readonly prompt: string }): string => {
    if (names.some((name) => prompt.includes(`Explore ${name}.`))) throw new Error("nothing there");
    return `found: ${prompt}`;
  };

describe("a fan-out", () => {
  it("runs its branches, each by itself, and gives typed results under their names and one of all", async () => {
    const test = over(async (flow) => {
      const ended = await fanOut(flow, {
        branches: [
          { name: "count", agent: "counter", prompt: "Count.", result: z.number() },
          { name: "look", agent: "explorer", prompt: "Look." },
          { name: "own", run: async () => true },
        ],
        aggregate: { agent: "analyzer", prompt: "Combine.", result: z.object({ sum: z.number() }) },
      });
      expectTypeOf(ended.results.count).toEqualTypeOf<number>();
      expectTypeOf(ended.results.look).toEqualTypeOf<string>();
      expectTypeOf(ended.results.own).toEqualTypeOf<boolean>();
      expectTypeOf(ended.aggregate).toEqualTypeOf<{ sum: number }>();
      return ended;
    });
    const agents = { counter: () => 3, explorer: () => "a door", analyzer: () => ({ sum: 4 }) };
    const { output, host } = await runWorkflow(test, { input: null, agents });
    expect(output).toMatchObject({
      form: "tasks",
      results: { count: 3, look: "a door", own: true },
      failed: [],
      aggregate: { sum: 4 },
    });
    const { prompt } = host.calls.find(({ profile }) => profile === "analyzer") ?? {};
    expect(prompt).toContain('<data from="look">\na door\n</data>');
  });

  it("gives all to a function that makes one of them", async () => {
    const test = over((flow) =>
      fanOut(flow, { branches: three, aggregate: ({ results }) => Object.keys(results).length }),
    );
    const { output } = await runWorkflow(test, { input: null, agents: { explorer: failing() } });
    expect(output).toMatchObject({ aggregate: 3 });
  });

  it("fails when one branch fails, after all have ended, and says which and what was done", async () => {
    const run = runWorkflow(
      over((flow) => fanOut(flow, { branches: three })),
      { input: null, agents: { explorer: failing("db") } },
    );
    await expect(run).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: expect.stringMatching(/^Branch db: .*nothing there/),
      context: { completed: ["auth", "api"], failed: ["db"] },
    });
  });

  it("goes on with some where that is allowed: what failed is named, and told to whoever puts it together", async () => {
    const test = over((flow) =>
      fanOut(flow, {
        branches: three,
        failures: "some",
        minSuccesses: 2,
        aggregate: { agent: "a", prompt: "Sum up." },
      }),
    );
    const { output, host } = await runWorkflow(test, {
      input: null,
      agents: { explorer: failing("db"), a: () => "report" },
    });
    expect(output).toMatchObject({ failed: [{ name: "db" }], aggregate: "report" });
    expect(output).not.toHaveProperty("results.db");
    expect(host.calls.at(-1)?.prompt).toContain("db failed, nothing is known of it");
  });

  it("fails where fewer than the needed branches came to something, with all reasons", async () => {
    const test = over((flow) => fanOut(flow, { branches: three, failures: "some", minSuccesses: 2 }));
    await expect(runWorkflow(test, { input: null, agents: { explorer: failing("db", "api") } })).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: expect.stringMatching(/^1 of 3 branches came to something, 2 are needed: db: .*; api: /),
    });
  });

  it("has a second agent check each finding, and tells whoever puts it together what it thought", async () => {
    const test = over((flow) =>
      fanOut(flow, {
        branches: [{ name: "bugs", agent: "finder", prompt: "Find.", result: z.array(z.string()) }],
        verify: { agent: "checker", prompt: ({ finding }) => `Is it so: ${String(finding)}` },
        aggregate: { agent: "writer", prompt: "Write." },
      }),
    );
    const { output, host } = await runWorkflow(test, {
      input: null,
      agents: {
        finder: () => ["real", "made up"],
        checker: ({ prompt }) => ({ isConfirmed: prompt.endsWith("real"), reason: "looked" }),
        writer: () => "report",
      },
    });
    expect(output).toMatchObject({
      checks: {
        bugs: [
          { finding: "real", verdict: "confirmed" },
          { finding: "made up", verdict: "refuted", reason: "looked" },
        ],
      },
    });
    expect(host.calls.at(-1)?.prompt).toContain("refuted");
  });

  it("calls a finding unverified when the second agent fails, where failures are allowed", async () => {
    const verify = { agent: "checker", prompt: "Check it." };
    const test = (failures: "all" | "some") => over((flow) => fanOut(flow, { branches: three, verify, failures }));
    const checker = () => {
      throw new Error("no time");
    };
    const agents = { explorer: failing(), checker };
    const { output } = await runWorkflow(test("some"), { input: null, agents });
    expect(output).toMatchObject({ checks: { db: [{ verdict: "unverified" }], auth: [{ verdict: "unverified" }] } });
  });

  it("is no result where a budget around it is used up, whatever may fail: it says what was done and what was not", async () => {
    const test = over((flow) =>
      flow.budget({ maxCostUsd: 2 }, () => fanOut(flow, { branches: three, failures: "some", concurrency: 1 })),
    );
    await expect(runWorkflow(test, { input: null, agents: { explorer: failing() }, costUsd: 1 })).rejects.toMatchObject(
      {
        code: "BUDGET_EXCEEDED",
        message: expect.stringContaining("Branch api"),
        context: { completed: ["auth", "db"], failed: ["api"] },
      },
    );
  });

  it("takes a budget that a branch has set itself for that branch's own failure", async () => {
    const dear = {
      name: "dear",
      run: (own: WorkflowFlow) =>
        own.budget({ maxCostUsd: 1 }, async () => [await own.agent("explorer", "1"), await own.agent("explorer", "2")]),
    };
    const test = over((flow) =>
      flow.budget({ maxCostUsd: 9 }, () => fanOut(flow, { branches: [...three, dear], failures: "some" })),
    );
    const { output } = await runWorkflow(test, { input: null, agents: { explorer: failing() }, costUsd: 1 });
    expect(output).toMatchObject({ status: "partial", failed: [{ name: "dear", error: { code: "BUDGET_EXCEEDED" } }] });
  });

  it.each([
    [{ branches: [] }, "branches: must not be empty"],
    [{ branches: three, failures: "none" }, "failures"],
    [{ branches: three, minSuccesses: 2 }, 'minSuccesses: needs failures: "some"'],
    [{ branches: three, failures: "some", minSuccesses: 4 }, "there are only 3 branches"],
    [{ branches: three, agregate: "none" }, "agregate"],
    [{ branches: three, aggregate: { agent: "a" } }, "aggregate.prompt"],
    [{ branches: three.map((branch) => ({ ...branch, access: "edit" })), form: "light" }, "auth changes files"],
  ])("refuses options that are wrong before anything starts: %j", async (options, what) => {
    const test = over((flow) => Reflect.apply(fanOut, undefined, [flow, options]) as Promise<unknown>);
    const run = runWorkflow(test, { input: null, agents: { "*": () => "done" } });
    await expect(run).rejects.toMatchObject({ code: "WORKFLOW_INVALID", message: expect.stringContaining(what) });
  });

  it("loses and invents nothing: each branch is among the results or the failed ones, whatever fails", async () => {
    const branch = fc.record({ isFailing: fc.boolean(), name: fc.stringMatching(/^[a-z]{1,5}$/) });
    const lists = fc.uniqueArray(branch, { selector: ({ name }) => name, minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 3 }), async (drawn, concurrency) => {
        const branches = drawn.map(({ name, isFailing }) => ({
          name,
          agent: isFailing ? "bad" : "good",
          prompt: name,
        }));
        const agents = {
          good: ({ prompt }: { readonly prompt: string }) => prompt,
          bad: () => Promise.reject(new Error("bad")),
        };
        const good = drawn.filter(({ isFailing }) => !isFailing).map(({ name }) => name);
        const test = over((flow) => fanOut(flow, { branches, failures: "some", concurrency }));
        const run = runWorkflow(test, { input: null, agents }).then(
          ({ output }) => output,
          (error: unknown) => error,
        );
        const expected =
          good.length === 0
            ? { code: "WORKFLOW_AGENT_FAILED" }
            : {
                results: Object.fromEntries(good.map((name) => [name, name])),
                failed: drawn.filter(({ isFailing }) => isFailing).map(({ name }) => ({ name })),
              };
        expect(await run).toMatchObject(expected);
      }),
      { numRuns: 10 },
    );
  });
});

describe("the ready workflow fan-out", () => {
  it("explores authentication, database and API by default and reports", async () => {
    const { output } = await runWorkflow(fanOutWorkflow, {
      input: { form: "tasks" },
      agents: { explorer: ({ title }) => `saw ${title}`, analyzer: () => "all of it" },
    });
    expect(output).toEqual({
      status: "completed",
      form: "tasks",
      results: { auth: "saw auth", db: "saw db", api: "saw api" },
      failed: [],
      report: "all of it",
    });
  });

  it.each([
    [{ minSuccesses: 4 }, "input.minSuccesses: there are only 3 branches"],
    [{ failures: "all", minSuccesses: 1 }, "input.minSuccesses: needs"],
    [
      { branches: [1, 2].map(() => ({ name: "a", agent: "x", prompt: "p" })) },
      'input.branches.1.name: "a" is there twice',
    ],
  ])("refuses an input that can't be, before anything starts: %j", async (input, what) => {
    await expect(runWorkflow(fanOutWorkflow, { input })).rejects.toMatchObject({
      code: "WORKFLOW_INPUT_INVALID",
      message: expect.stringContaining(what),
    });
  });
});
