import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { restartEverywhere } from "../../testing/workflow/restart-everywhere.ts";
import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { nothingToUndo, type SagaOptions, type SagaStep } from "./saga-options.ts";
import { saga } from "./saga.ts";

const over = (options: SagaOptions) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
    z.json().parse(JSON.parse(JSON.stringify(await saga(flow, options)))),
  );

/** A step of agents: `do-x` does it, `undo-x` takes it back. */
const step = (name: string): SagaStep<string> => ({
  name,
  do: (flow) => flow.agent(`do-${name}`, name),
  compensate: (flow, result) => flow.agent(`undo-${name}`, `take back ${result}`),
});

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `s${index}`);

/** Agents of which these fail, always. */
const agentsWithout = (failing: readonly string[]) => ({
  "*": ({ profile }: { readonly profile: string }) => {
    if (failing.includes(profile)) throw new Error(`${profile} is broken`);
    return `${profile} done`;
  },
});

const run = (options: SagaOptions, failing: readonly string[] = [], stubs = {}) =>
  runWorkflow(over({ retryDelayMs: 0, ...options }), { input: null, agents: agentsWithout(failing), ...stubs });

describe("a saga", () => {
  it("does its steps in order, and each knows what those before came to", async () => {
    const last: SagaStep = { name: "last", do: async (_, soFar) => Object.keys(soFar), compensate: nothingToUndo };
    const { output } = await run({ steps: [step("a"), step("b"), last] });
    expect(output).toEqual({
      status: "completed",
      done: ["a", "b", "last"],
      results: { a: "do-a done", b: "do-b done", last: ["a", "b"] },
      compensated: [],
      left: [],
    });
  });

  it("takes back what was done when a step fails, the last first, and says why", async () => {
    const { output, host } = await run({ steps: [step("a"), step("b"), step("c"), step("d")] }, ["do-c"]);
    expect(output).toMatchObject({
      status: "compensated",
      done: ["a", "b"],
      failed: { name: "c", error: { code: "WORKFLOW_AGENT_FAILED", message: "do-c failed: do-c is broken" } },
      compensated: ["b", "a"],
      left: [],
    });
    expect(host.calls.map(({ profile }) => profile)).toEqual(["do-a", "do-b", "do-c", "undo-b", "undo-a"]);
    expect(host.calls.at(-1)?.prompt).toBe("take back do-a done");
  });

  it("tries a compensation again, goes on with the others when that doesn't help, and leaves it to a person", async () => {
    const { output, host } = await run({ steps: [step("a"), step("b"), step("c")], maxTries: 2 }, ["do-c", "undo-b"]);
    expect(output).toMatchObject({
      status: "compensation-failed",
      compensated: ["a"],
      left: [{ name: "b", why: "compensation-failed", error: { message: "undo-b failed: undo-b is broken" } }],
    });
    expect(host.calls.filter(({ profile }) => profile === "undo-b")).toHaveLength(2);
  });

  it("waits longer before each further try", async () => {
    const { host } = await run({ steps: [step("a"), step("b")], retryDelayMs: 10 }, ["do-b", "undo-a"]);
    const waits = host.notes.filter(({ kind }) => kind === "sleep").map(({ name }) => name);
    expect(waits).toEqual(["10 ms", "20 ms"]);
  });

  it("for whatever step fails, takes back exactly what was done, in reverse, also when its worker dies again and again", async () => {
    const cases = fc.record({
      count: fc.integer({ min: 1, max: 5 }),
      failingAt: fc.nat(5),
      unable: fc.array(fc.nat(4), { maxLength: 2 }),
      seed: fc.integer({ min: 1, max: 10_000 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, failingAt, unable, seed }) => {
        const all = names(count);
        const failing = [`do-s${failingAt}`, ...unable.map((index) => `undo-s${index}`)];
        const options = { steps: all.map(step), retryDelayMs: 0, maxTries: 2 };
        const { output } = await run(options, failing);
        const done = all.slice(0, failingAt);
        const isWhole = failingAt >= count;
        const left = isWhole ? [] : done.toReversed().filter((name) => failing.includes(`undo-${name}`));
        expect(output).toMatchObject({
          status: isWhole ? "completed" : left.length === 0 ? "compensated" : "compensation-failed",
          done,
          compensated: isWhole ? [] : done.toReversed().filter((name) => !left.includes(name)),
          left: left.map((name) => ({ name })),
        });
        const given = { definition: over(options), input: null, agents: agentsWithout(failing) };
        expect((await restartEverywhere(given, { seed })).problems).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("goes on where it was in whichever direction it was going, over a death at every record", async () => {
    const options = { steps: names(4).map(step), maxTries: 2 };
    const given = { definition: over(options), input: null, agents: agentsWithout(["do-s3", "undo-s1"]) };
    const { deaths, problems } = await restartEverywhere(given);
    expect(problems).toEqual([]);
    expect(deaths).toBeGreaterThan(5);
  });

  it("takes back what was done when the budget of the rest is used up, without agents", async () => {
    const undone: string[] = [];
    const local = (name: string): SagaStep => ({
      ...step(name),
      compensate: (flow) => flow.step(`undo ${name}`, async () => undone.push(name)),
    });
    const limited = workflow("test", { input: z.null(), output: z.string() }, async (flow) => {
      const { status, failed } = await flow.budget({ maxCostUsd: 2 }, () => saga(flow, { steps: names(4).map(local) }));
      return `${status} ${failed?.error.code}`;
    });
    const { output } = await runWorkflow(limited, { input: null, agents: agentsWithout([]), costUsd: 1 });
    expect(output).toBe("compensated BUDGET_EXCEEDED");
    expect(undone).toEqual(["s1", "s0"]);
  });
});

describe("a step that can't be taken back", () => {
  const publish: SagaStep = { name: "publish", do: (flow) => flow.agent("do-publish", "publish"), irreversible: true };

  it("runs once all before it is done and a person agreed", async () => {
    const { output, host } = await run({ steps: [step("a"), publish] }, [], { answers: () => ({ approved: true }) });
    expect(output).toMatchObject({ status: "completed" });
    expect(host.questions).toMatchObject([
      { question: `Shall "publish" run? It can't be taken back.`, context: { step: "publish", done: ["a"] } },
    ]);
  });

  it("isn't asked about when a step before it failed", async () => {
    const { host } = await run({ steps: [step("a"), step("b"), publish] }, ["do-b"]);
    expect(host.questions).toEqual([]);
  });

  it("does not run on a no, and what was done before is taken back", async () => {
    const { output, host } = await run({ steps: [step("a"), publish] }, [], {
      answers: () => ({ approved: false, note: "not on Fridays" }),
    });
    expect(output).toMatchObject({
      status: "compensated",
      failed: {
        name: "publish",
        error: { code: "PERMISSION_REQUIRED", message: expect.stringContaining("not on Fridays") },
      },
      compensated: ["a"],
    });
    expect(host.calls.map(({ profile }) => profile)).toEqual(["do-a", "undo-a"]);
  });

  it("does not run when nobody answers in time", async () => {
    const gated = { ...publish, irreversible: { question: "Publish?", timeoutMs: 5 } };
    const { output } = await run({ steps: [gated] });
    expect(output).toMatchObject({ status: "compensated", failed: { error: { code: "PERMISSION_REQUIRED" } } });
  });

  it("is left to a person when a later one fails", async () => {
    const { output } = await run({ steps: [step("a"), publish, step("c")] }, ["do-c"], {
      answers: () => ({ approved: true }),
    });
    expect(output).toMatchObject({
      status: "compensation-failed",
      compensated: ["a"],
      left: [{ name: "publish", why: "irreversible" }],
    });
  });
});

describe("a saga that is asked to take everything back", () => {
  it("begins no further step", async () => {
    const { output, host } = await run({ steps: [step("a"), step("b")], undoSignal: "undo" }, [], {
      signals: [{ name: "undo", payload: "wrong release" }],
    });
    expect(output).toMatchObject({
      status: "compensated",
      failed: { name: "b", error: { code: "ABORTED", message: expect.stringContaining("wrong release") } },
      compensated: ["a"],
    });
    expect(host.calls.map(({ profile }) => profile)).toEqual(["do-a", "undo-a"]);
  });

  it("completes when nobody asks", async () => {
    expect((await run({ steps: [step("a"), step("b")], undoSignal: "undo" })).output).toMatchObject({
      status: "completed",
    });
  });
});

describe("wrong options of a saga", () => {
  const act = async (): Promise<null> => null;
  it.each([
    [{ steps: [] }, "steps"],
    [{ steps: [{ name: "a", do: act }] }, "steps.0: needs either compensate or irreversible"],
    [{ steps: [{ ...step("a"), irreversible: true }] }, "steps.0: needs either"],
    [{ steps: [step("a"), step("a")] }, 'steps.1.name: "a" is there twice'],
    [{ steps: [{ ...step("a"), undo: act }] }, "undo"],
    [{ steps: [step("a")], maxTrys: 3 }, "maxTrys"],
  ])("are refused before anything starts: %#", async (options, named) => {
    const wrong = runWorkflow(over(options as SagaOptions), { input: null });
    await expect(wrong).rejects.toMatchObject({ code: "WORKFLOW_INVALID", message: expect.stringContaining(named) });
  });
});
