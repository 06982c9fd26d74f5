import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { refine } from "./refine.ts";
import { refineWorkflow } from "./refine-workflow.ts";

const over = (body: (flow: WorkflowFlow) => Promise<unknown>) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
    z.json().parse(JSON.parse(JSON.stringify(await body(flow)))),
  );

const produce = { agent: "writer", prompt: "Write it." };
const evaluate = { agent: "critic", rubric: "Is it short?" };

/** A writer and a critic who gives these scores, one after the other. */
const scoring = (...scores: readonly number[]) => ({
  writer: ({ title }: { readonly title: string }) => `draft of ${title}`,
  critic: ({ title }: { readonly title: string }) => {
    const iteration = Number(title.split(" ").at(-1));
    return { score: scores[iteration - 1] ?? 0, feedback: `feedback ${iteration}` };
  },
});

describe("a refinement", () => {
  it("ends when a try is good enough; each try gets the best before it and the feedback", async () => {
    const test = over(async (flow) => {
      const ended = await refine(flow, { produce, evaluate, input: { goal: "a poem" } });
      expectTypeOf(ended.best).toEqualTypeOf<string>();
      return ended;
    });
    const { output, host } = await runWorkflow(test, { input: null, agents: scoring(0.5, 0.3, 0.9) });
    expect(output).toMatchObject({ status: "reached", best: "draft of iteration 3", bestIteration: 3, score: 0.9 });
    const prompts = host.calls.filter(({ profile }) => profile === "writer").map(({ prompt }) => prompt);
    expect(prompts[0]).toContain("a poem");
    expect(prompts[1]).toContain("draft of iteration 1");
    expect(prompts[1]).toContain("feedback 1");
    expect(prompts[2]).toContain("draft of iteration 1");
    expect(prompts[2]).toContain("feedback on iteration 2, which scored 0.3");
    expect(host.calls.find(({ profile }) => profile === "critic")).toMatchObject({ access: "read" });
  });

  it("keeps the best when nothing is gained any more", async () => {
    const test = over((flow) => refine(flow, { produce, evaluate, maxIterations: 9 }));
    const { output } = await runWorkflow(test, { input: null, agents: scoring(0.2, 0.6, 0.5, 0.6) });
    expect(output).toMatchObject({
      status: "plateau",
      best: "draft of iteration 2",
      bestIteration: 2,
      iterations: [{ score: 0.2 }, { score: 0.6 }, { score: 0.5 }, { score: 0.6 }],
      files: "kept",
    });
  });

  it("ends after so many iterations without being called good", async () => {
    const test = over((flow) => refine(flow, { produce, evaluate, maxIterations: 2, plateau: false }));
    const { output } = await runWorkflow(test, { input: null, agents: scoring(0.3, 0.2) });
    expect(output).toMatchObject({ status: "max-iterations", bestIteration: 1, score: 0.3 });
  });

  it("takes a command for a judge: it passes or fails, and its output is the feedback", async () => {
    const test = over((flow) => refine(flow, { produce, evaluate: { command: "npm test" } }));
    let runs = 0;
    const { output, host } = await runWorkflow(test, {
      input: null,
      agents: scoring(),
      commands: {
        evaluate: () => {
          runs += 1;
          return { isOk: runs === 4, exitCode: runs === 4 ? 0 : 1, output: `run ${runs}` };
        },
      },
    });
    expect(output).toMatchObject({ status: "reached", bestIteration: 4 });
    expect(host.calls[1]?.prompt).toContain("It ended with 1:\nrun 1");
  });

  it("takes a number from a command's output, and a function's judgement", async () => {
    const coverage = over((flow) =>
      refine(flow, {
        produce,
        evaluate: { command: ["npm", "run", "coverage"], score: ({ output }) => Number.parseFloat(output) / 100 },
      }),
    );
    const commands = { evaluate: () => ({ isOk: true, exitCode: 0, output: "91.5 %" }) };
    const { output } = await runWorkflow(coverage, { input: null, agents: scoring(), commands });
    expect(output).toMatchObject({ status: "reached", score: 0.915 });

    const own = over((flow) =>
      refine(flow, {
        produce: { run: async (_flow, { iteration }) => iteration },
        evaluate: (result, iteration) => ({ score: result / 4, feedback: `${iteration}` }),
        threshold: 0.5,
      }),
    );
    expect((await runWorkflow(own, { input: null })).output).toMatchObject({ best: 2, score: 0.5 });
  });

  it("refuses a score that is none instead of taking it for a good one", async () => {
    const test = over((flow) => refine(flow, { produce, evaluate: () => 8 }));
    await expect(runWorkflow(test, { input: null, agents: scoring() })).rejects.toMatchObject({
      code: "WORKFLOW_INVALID",
      message: expect.stringContaining("the score 8"),
      hint: expect.stringContaining("by 10"),
    });
  });

  it("says which iteration failed and what there was before it", async () => {
    const agents = {
      ...scoring(0.4),
      writer: ({ title }: { readonly title: string }) => {
        if (title === "iteration 2") throw new Error("no more ideas");
        return "draft";
      },
    };
    const run = runWorkflow(
      over((flow) => refine(flow, { produce, evaluate })),
      { input: null, agents },
    );
    await expect(run).rejects.toMatchObject({
      message: expect.stringMatching(/^Iteration 2 \(best before it: iteration 1, score 0.4\): .*no more ideas/),
      context: { iteration: 2, iterations: [{ score: 0.4 }] },
    });
  });

  it("stops at its budget and names the iteration that was refused", async () => {
    const test = over((flow) => flow.budget({ maxCostUsd: 3 }, () => refine(flow, { produce, evaluate })));
    const run = runWorkflow(test, { input: null, agents: scoring(0.1, 0.2, 0.3), costUsd: 1 });
    await expect(run).rejects.toMatchObject({ code: "BUDGET_EXCEEDED", context: { iteration: 2 } });
  });

  it.each([
    [{ produce, evaluate, threshold: 8 }, "threshold"],
    [{ produce, evaluate, maxIterations: 0 }, "maxIterations"],
    [{ produce, evaluate: { agent: "critic" } }, "evaluate.rubric"],
    [{ produce, evaluate: { command: [] } }, "evaluate.command"],
    [{ produce: { agent: "writer" }, evaluate }, "produce.prompt"],
    [{ produce, evaluate, plateau: { iteration: 2 } }, "plateau"],
    [{ produce, evaluate, restore: { paths: [] } }, "restore.paths"],
    [{ produce: { run: async () => 1 }, evaluate, restore: { paths: ["src/**"] } }, "restore.agent: is missing"],
    [{ produce, evaluate, treshold: 0.5 }, "treshold"],
  ])("refuses options that are wrong before anything starts: %#", async (options, what) => {
    const test = over((flow) => Reflect.apply(refine, undefined, [flow, options]) as Promise<unknown>);
    await expect(runWorkflow(test, { input: null, agents: scoring() })).rejects.toMatchObject({
      code: "WORKFLOW_INVALID",
      message: expect.stringContaining(what),
    });
  });
});

describe("the files of a refinement whose last iteration is not the best", () => {
  const commits = ["a".repeat(40), "b".repeat(40)];
  const restore = { paths: ["src/**"] };
  const git = (isSameAfterwards: boolean) => {
    const seen = { tips: 0, compared: 0 };
    return {
      tip: () => ({ isOk: true, exitCode: 0, output: `${commits[seen.tips++]}\n` }),
      "compare with the best": () => {
        seen.compared += 1;
        const isOk = seen.compared > 1 && isSameAfterwards;
        return { isOk, exitCode: isOk ? 0 : 1, output: " src/a.ts | 2 +-" };
      },
    };
  };
  const test = over((flow) => refine(flow, { produce, evaluate, restore, maxIterations: 2 }));

  it("are brought back by a task of its own, and a command looks whether they are", async () => {
    const { output, host } = await runWorkflow(test, { input: null, agents: scoring(0.5, 0.2), commands: git(true) });
    expect(output).toMatchObject({ bestIteration: 1, files: "restored", iterations: [{ commit: commits[0] }, {}] });
    expect(host.calls.at(-1)).toMatchObject({ title: "restore iteration 1", footprint: ["src/**"], access: "edit" });
    expect(host.calls.at(-1)?.prompt).toContain(
      `git restore --source=${commits[0]} --staged --worktree -- ':(glob)src/**'`,
    );
  });

  it("are never said to be when they are not", async () => {
    const run = runWorkflow(test, { input: null, agents: scoring(0.5, 0.2), commands: git(false) });
    await expect(run).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: expect.stringContaining("src/a.ts"),
    });
  });

  it("are left alone when the last iteration is the best", async () => {
    const { output, host } = await runWorkflow(test, { input: null, agents: scoring(0.2, 0.5), commands: git(true) });
    expect(output).toMatchObject({ bestIteration: 2, files: "best" });
    expect(host.calls).toHaveLength(4);
  });
});

describe("the ready workflow refine", () => {
  it("builds, reviews and improves until the review is good", async () => {
    const { output, host } = await runWorkflow(refineWorkflow, {
      input: { goal: "A CSV export", threshold: 0.7 },
      agents: { builder: () => "built", "code-reviewer": (_call, nth) => ({ score: 0.5 + nth / 4, feedback: "more" }) },
    });
    expect(output).toMatchObject({ status: "reached", best: "built", bestIteration: 2, score: 0.75 });
    expect(host.calls.map(({ profile }) => profile)).toEqual(["builder", "code-reviewer", "builder", "code-reviewer"]);
  });
});
