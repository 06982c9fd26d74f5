import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { branch } from "./branch.ts";
import { branchWorkflow } from "./branch-workflow.ts";

const over = (body: (flow: WorkflowFlow) => Promise<unknown>) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
    z.json().parse(JSON.parse(JSON.stringify(await body(flow)))),
  );

const decide = {
  agent: "judge",
  prompt: "What is it?",
  choices: { bug: "It is broken", wish: "It could be better" },
} as const;

const paths = {
  bug: (flow: WorkflowFlow) => flow.agent("bug-fixer", "Fix it."),
  wish: async () => 7,
};

const judge = (answer: Json) => ({ judge: () => answer, "bug-fixer": () => "fixed" });

describe("a branch", () => {
  it("takes the path that an agent chose, and records why", async () => {
    const test = over(async (flow) => {
      const ended = await branch(flow, { decide, paths, input: { title: "It crashes" } });
      expectTypeOf(ended.value).toEqualTypeOf<string | number>();
      expectTypeOf(ended.decision.choice).toEqualTypeOf<"bug" | "wish">();
      return ended;
    });
    const { output, host } = await runWorkflow(test, {
      input: null,
      agents: judge({ choice: "bug", reason: "it crashes", confidence: 0.9 }),
    });
    expect(output).toEqual({
      decision: { choice: "bug", reason: "it crashes", confidence: 0.9, by: "agent" },
      path: "bug",
      value: "fixed",
    });
    expect(host.calls[0]?.prompt).toMatch(/It crashes[^]*- bug: It is broken\n- wish: It could be better/);
    expect(host.lines).toMatchObject([
      { message: "Takes the path bug: bug, because it crashes", data: { choice: "bug", path: "bug" } },
    ]);
  });

  it("takes the path that a function chose, without any model", async () => {
    const issues: readonly { readonly severity: string }[] = [{ severity: "critical" }];
    const byFunction = () => (issues.some(({ severity }) => severity === "critical") ? "bug" : "wish");
    const test = over((flow) => branch(flow, { decide: byFunction, paths }));
    const { output, host } = await runWorkflow(test, { input: null, agents: judge(null) });
    expect(output).toMatchObject({ decision: { by: "function" }, path: "bug" });
    expect(host.calls).toHaveLength(1);
  });

  it("stops before its path where its budget is used up by the decision", async () => {
    const test = over((flow) => flow.budget({ maxCostUsd: 1 }, () => branch(flow, { decide, paths })));
    const asked: string[] = [];
    const run = runWorkflow(test, {
      input: null,
      agents: {
        "*": ({ profile }) => {
          asked.push(profile);
          return { choice: "bug", reason: "it crashes" };
        },
      },
      costUsd: 1,
    });
    await expect(run).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
    expect(asked).toEqual(["judge"]);
  });

  it("must have a path for every choice, by its types and when it runs", async () => {
    const { wish } = paths;
    const test = over((flow) =>
      // @ts-expect-error a path is missing
      branch(flow, { decide, paths: { wish } }),
    );
    await expect(runWorkflow(test, { input: null, agents: judge(null) })).rejects.toMatchObject({
      code: "WORKFLOW_INVALID",
      message: expect.stringContaining("paths.bug: is missing"),
    });
  });

  it("goes otherwise with a choice that has no path", async () => {
    const test = over((flow) =>
      branch(flow, { decide, paths: { wish: paths.wish }, otherwise: async (_flow, { choice }) => `no ${choice}` }),
    );
    const agents = judge({ choice: "bug", reason: "it crashes" });
    const { output } = await runWorkflow(test, { input: null, agents });
    expect(output).toMatchObject({ path: "otherwise", value: "no bug" });
  });

  it("goes otherwise when the agent is less sure than it must be", async () => {
    const test = over((flow) =>
      branch(flow, { decide, paths, minConfidence: 0.7, otherwise: (own) => own.agent("judge", "Look closer.") }),
    );
    const { output, host } = await runWorkflow(test, {
      input: null,
      agents: judge({ choice: "bug", reason: "maybe", confidence: 0.4 }),
    });
    expect(output).toMatchObject({ path: "otherwise", decision: { choice: "bug", confidence: 0.4 } });
    expect(host.calls.map(({ profile }) => profile)).toEqual(["judge", "judge"]);
  });

  it.each([
    [{ approved: true }, { path: "bug", value: "fixed", decision: { choice: "bug", by: "person" } }],
    [
      { approved: false, note: "wish" },
      { path: "wish", value: 7, decision: { choice: "wish", by: "person" } },
    ],
  ])("asks a person about a decision that is not sure: %j", async (answer, expected) => {
    const test = over((flow) => branch(flow, { decide, paths, minConfidence: 0.7 }));
    const agents = judge({ choice: "bug", reason: "maybe", confidence: 0.4 });
    const { output, host } = await runWorkflow(test, { input: null, agents, answers: () => answer });
    expect(output).toMatchObject(expected);
    expect(host.questions[0]).toMatchObject({ question: "Take the path bug? maybe", context: { confidence: 0.4 } });
  });

  it.each([
    ["a person refuses it", {}, "ABORTED"],
    ["nobody answers in time", { answerTimeoutMs: 1 }, "ABORTED"],
    ["it is to fail", { whenUnsure: "fail" as const }, "WORKFLOW_AGENT_FAILED"],
  ])("fails where the decision is not sure, %s and there is no other path", async (_what, options, code) => {
    const test = over((flow) => branch(flow, { decide, paths, minConfidence: 0.7, ...options }));
    const agents = judge({ choice: "bug", reason: "maybe", confidence: 0.4 });
    const answers = () => ("answerTimeoutMs" in options ? undefined : { approved: false });
    const { calls } = await runWorkflow(test, { input: null, agents, answers }).then(
      () => ({ calls: [] }),
      (error: unknown) => {
        expect(error).toMatchObject({ code });
        return { calls: ["failed"] };
      },
    );
    expect(calls).toEqual(["failed"]);
  });

  it.each([
    [{ decide: { ...decide, choices: { bug: "x" } }, paths }, "decide.choices: must be at least two"],
    [{ decide: { ...decide, result: z.string() }, paths }, "result"],
    [{ decide, paths: { ...paths, third: paths.bug } }, "paths.third: is the path of no choice"],
    [{ decide, paths, minConfidence: 7 }, "minConfidence"],
    [{ decide, paths, whenUnsure: "otherwise" }, "whenUnsure: there is no otherwise"],
    [{ decide, paths, minConfidense: 0.5 }, "minConfidense"],
  ])("refuses options that are wrong before anything starts: %#", async (options, what) => {
    const test = over((flow) => Reflect.apply(branch, undefined, [flow, options]) as Promise<unknown>);
    await expect(runWorkflow(test, { input: null, agents: judge(null) })).rejects.toMatchObject({
      code: "WORKFLOW_INVALID",
      message: expect.stringContaining(what),
    });
  });

  it("goes along exactly one path, and along the chosen one where it is sure enough", async () => {
    const labels = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(labels, fc.nat(), fc.integer({ min: 0, max: 10 }), async (names, drawn, tenths) => {
        const choice = names[drawn % names.length] ?? "";
        const taken: string[] = [];
        const chosen = names.map((name): [string, () => Promise<null>] => [
          name,
          async () => {
            taken.push(name);
            return null;
          },
        ]);
        const test = over((flow) =>
          branch(flow, {
            decide: { agent: "judge", prompt: "?", choices: Object.fromEntries(names.map((name) => [name, name])) },
            paths: Object.fromEntries(chosen),
            otherwise: async () => taken.push("otherwise"),
            minConfidence: 0.5,
          }),
        );
        await runWorkflow(test, { input: null, agents: judge({ choice, reason: "so", confidence: tenths / 10 }) });
        expect(taken).toEqual([tenths >= 5 ? choice : "otherwise"]);
      }),
      { numRuns: 8 },
    );
  });
});

describe("the ready workflow branch", () => {
  it("has what is critical fixed, by default", async () => {
    const { output, host } = await runWorkflow(branchWorkflow, {
      input: {},
      agents: { analyzer: () => ({ choice: "critical", reason: "it loses data" }), "bug-fixer": () => "mended" },
    });
    expect(output).toEqual({ choice: "critical", reason: "it loses data", result: "mended" });
    expect(host.calls[1]?.prompt).toContain("it loses data");
  });
});
