import { describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../testing/workflow/run-workflow.ts";
import { workflow } from "./workflow.ts";

const numbers = z.array(z.number());

describe("a workflow", () => {
  it("has agents answer side by side, each in its branch, and gives what they said in the order of the list", async () => {
    const double = workflow("double", { input: numbers, output: numbers }, async (flow, input) =>
      flow.map(input, (value) => flow.agent("calculator", { prompt: `${value} * 2`, result: z.number() })),
    );
    const { output, host } = await runWorkflow(double, {
      input: [1, 2, 3],
      agents: { calculator: ({ prompt }) => Number.parseInt(prompt, 10) * 2 },
    });
    expect(output).toEqual([2, 4, 6]);
    expect(host.calls.map(({ path }) => path).toSorted()).toEqual([
      "map#1[0]/calculator#1",
      "map#1[1]/calculator#1",
      "map#1[2]/calculator#1",
    ]);
  });

  it("refuses what would be different when it is resumed, and says what to write instead", async () => {
    const clock = workflow("clock", { input: z.null(), output: z.number() }, async () => Date.now());
    await expect(runWorkflow(clock, { input: null })).rejects.toMatchObject({
      code: "WORKFLOW_NOT_DETERMINISTIC",
      hint: "Write: await flow.now()",
    });
  });

  it("may look at the clock in the effect of a step", async () => {
    const clock = workflow("clock", { input: z.null(), output: z.boolean() }, async (flow) => {
      const at = await flow.step("look", async () => Date.now());
      return at > 0;
    });
    expect((await runWorkflow(clock, { input: null })).output).toBe(true);
  });

  it("goes on with a person's answer", async () => {
    const asks = workflow("asks", { input: z.null(), output: z.string() }, async (flow) => {
      const { approved, note } = await flow.approve("Shall it?");
      return `${approved} ${note}`;
    });
    const { output } = await runWorkflow(asks, { input: null, answers: () => ({ approved: true, note: "go" }) });
    expect(output).toBe("true go");
  });

  it("names each field of an input that is wrong", async () => {
    const takes = workflow("takes", { input: z.strictObject({ files: z.array(z.string()) }), output: z.null() }, () =>
      Promise.resolve(null),
    );
    await expect(runWorkflow(takes, { input: { files: [1] } })).rejects.toMatchObject({
      code: "WORKFLOW_INPUT_INVALID",
      message: expect.stringContaining("input.files.0"),
    });
  });

  it("asks for answers of a form that refers to itself, in a way that every reader of the form understands", async () => {
    const asks = workflow("asks", { input: z.null(), output: z.json() }, (flow) =>
      flow.agent("a", { prompt: "x", result: z.object({ any: z.array(z.json()) }) }),
    );
    const { host } = await runWorkflow(asks, { input: null, agents: { a: () => ({ any: [[1]] }) } });
    const { resultSchema = {} } = host.calls[0] ?? {};
    const read = z.fromJSONSchema(resultSchema);
    expect([read.safeParse({ any: [["x"]] }).success, read.safeParse({ any: 1 }).success]).toEqual([true, false]);
  });

  it("keeps the agents of a part within its budget", async () => {
    const spends = workflow("spends", { input: z.null(), output: z.string() }, async (flow) =>
      flow.budget({ maxCostUsd: 2 }, async () => {
        for (let n = 0; n < 5; n += 1) await flow.agent("a", `call ${n}`);
        return "all";
      }),
    );
    const run = runWorkflow(spends, { input: null, agents: { a: () => "done" }, costUsd: 1 });
    await expect(run).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
  });

  it("says in one line what is wrong with an answer, and with a signal", async () => {
    const many = z.object({ count: z.number().refine((count) => count > 5, "more than 5") });
    const asks = workflow("asks", { input: z.null(), output: z.json() }, (flow) =>
      flow.agent("a", { prompt: "x", result: many }),
    );
    await expect(runWorkflow(asks, { input: null, agents: { a: () => ({ count: 2 }) } })).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: "a answered what was not asked for: result.count: more than 5",
    });
    const hears = workflow("hears", { input: z.null(), output: z.json() }, async (flow) =>
      z.json().parse(await flow.receive("go", { schema: many })),
    );
    await expect(
      runWorkflow(hears, { input: null, signals: [{ name: "go", payload: { count: "2" } }] }),
    ).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining("payload.count: expected number"),
    });
  });

  it("says so when two calls run at once without a branch", async () => {
    const races = workflow("races", { input: z.null(), output: z.null() }, async (flow) => {
      await Promise.all([flow.agent("a", "x"), flow.agent("a", "y")]);
      return null;
    });
    await expect(runWorkflow(races, { input: null, agents: { a: () => "done" } })).rejects.toMatchObject({
      code: "ENGINE_FLOW_MISUSED",
    });
  });
});
