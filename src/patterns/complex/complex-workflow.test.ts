import { describe, expect, it } from "vitest";

import type { Json } from "../../domain/json.ts";
import { restartEverywhere } from "../../testing/workflow/restart-everywhere.ts";
import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import { tryWorkflow } from "../../testing/workflow/test-workflow.ts";
import type { AgentCall } from "../../workflow/host.ts";
import { complexWorkflow } from "./complex-workflow.ts";

const round = ({ prompt }: AgentCall): number => Number(/This is round (\d+)/.exec(prompt)?.[1]);

/** Each answers by what it is asked alone. */
const agents = (needsRefactoring: boolean) => ({
  explorer: () => ({
    "branch-1": { answer: "tangled" },
    "branch-2": { answer: "fine" },
    "branch-3": { problem: "lost" },
  }),
  analyzer: () => ({ needsRefactoring, reason: "as found", plan: "untangle auth" }),
  designer: () => "a design",
  builder: ({ title }: AgentCall) => `built ${title}`,
  tester: () => "tested",
  "code-reviewer": ({ title }: AgentCall) => ({ score: title.endsWith("2") ? 0.9 : 0.4, feedback: "simpler" }),
  supervisor: (call: AgentCall): Json => ({
    delegate: round(call) === 1 ? [{ worker: "tester", title: "missing test", prompt: "Add it." }] : [],
    criteria: [{ id: "c1", isMet: round(call) > 1, evidence: "looked" }],
    done: false,
    reason: "so",
  }),
});

const input = { goal: "Log in by passkey", modules: ["auth", "db", "api"] };

describe("the workflow complex", () => {
  it("refines where refactoring is needed, and a supervisor sees it through", async () => {
    const { output, host } = await runWorkflow(complexWorkflow, { input, agents: agents(true) });
    expect(output).toEqual({
      path: "refactor",
      because: "as found",
      done: "built iteration 2",
      review: "so",
    });
    expect(host.calls.map(({ profile }) => profile)).toEqual([
      ...["explorer", "analyzer", "builder", "code-reviewer", "builder", "code-reviewer"],
      ...["supervisor", "tester", "supervisor"],
    ]);
  });

  it("enhances step by step where none is", async () => {
    const { output } = await runWorkflow(complexWorkflow, { input, agents: agents(false) });
    expect(output).toMatchObject({ path: "enhance", done: "tested" });
  });

  it("fails, naming what is not met, when the supervisor gets no further", async () => {
    const stuck = {
      ...agents(false),
      supervisor: () => ({ delegate: [], criteria: [], done: true, reason: "I can't" }),
    };
    await expect(runWorkflow(complexWorkflow, { input, agents: stuck })).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: expect.stringContaining("The goal is met, and everything that was changed has a test"),
    });
  });

  it("has one budget over the whole tree", async () => {
    const run = runWorkflow(complexWorkflow, { input: { ...input, maxCostUsd: 3 }, agents: agents(true), costUsd: 1 });
    await expect(run).rejects.toMatchObject({ code: "BUDGET_EXCEEDED", context: { iteration: 1 } });
  });

  it("asks nobody else once it was cancelled in its middle", async () => {
    let asked = 0;
    const tried = await tryWorkflow(complexWorkflow, { input, agents: agents(true), cancelWhen: () => ++asked === 4 });
    expect(tried).toMatchObject({ status: "failed", error: { code: "ENGINE_RUN_CANCELLED" } });
    expect(asked).toBe(4);
  });

  it.each([true, false])("comes to the same when its worker dies at every record; refactoring: %s", async (needed) => {
    const given = { definition: complexWorkflow, input, agents: agents(needed) };
    const { deaths, problems } = await restartEverywhere(given);
    expect(problems).toEqual([]);
    expect(deaths).toBeGreaterThan(10);
  });
});
