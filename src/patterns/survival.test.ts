import { describe, expect, it } from "vitest";
import { z } from "zod";

import { restartEverywhere } from "../testing/workflow/restart-everywhere.ts";
import type { WorkflowCase } from "../testing/workflow/run-life.ts";
import { testWorkflow, tryWorkflow } from "../testing/workflow/test-workflow.ts";
import type { WorkflowFlow } from "../workflow/flow.ts";
import { workflow } from "../workflow/workflow.ts";
import { branch, eventRouter, fanOut, mapReduce, refine, saga, sequentialPipeline, supervise } from "./index.ts";

const over = (body: (flow: WorkflowFlow) => Promise<unknown>) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
    z.json().parse(JSON.parse(JSON.stringify(await body(flow)))),
  );

/** What it says depends on what it is asked alone. */
const agents: WorkflowCase["agents"] = {
  worker: ({ title }) => `did ${title}`,
  finder: ({ title }) => [`${title} 1`, `${title} 2`],
  leader: (call) => leader(call),
  checker: ({ prompt }) => ({ isConfirmed: prompt.includes("1"), reason: "looked" }),
  breaker: () => Promise.reject(new Error("broken")),
  judge: () => ({ choice: "bug", reason: "it crashes", confidence: 0.4 }),
  critic: ({ title }) => ({ score: title.endsWith("2") ? 0.6 : 0.3, feedback: `on ${title}` }),
  session: () => ({ "branch-1": { answer: "a" }, "branch-2": { problem: "lost" } }),
};

const work = (name: string, agent = "worker") => ({ name, agent, prompt: `Do ${name}.` });

const bodies: Readonly<Record<string, (flow: WorkflowFlow) => Promise<unknown>>> = {
  "a sequential pipeline": (flow) =>
    sequentialPipeline(flow, { input: "a goal", stages: ["one", "two", "three"].map((name) => work(name)) }),
  "a fan-out with failures, checks and an aggregation": (flow) =>
    fanOut(flow, {
      branches: [
        { ...work("a", "finder"), result: z.array(z.string()) },
        work("b", "breaker"),
        { ...work("c", "finder"), result: z.array(z.string()) },
      ],
      failures: "some",
      verify: { agent: "checker", prompt: "Is it so?" },
      aggregate: { agent: "worker", title: "report", prompt: "Put it together." },
    }),
  "a light fan-out": (flow) =>
    fanOut(flow, { branches: [work("a"), work("b")], form: "light", session: "session", failures: "some" }),
  "a branch that asks a person": (flow) =>
    branch(flow, {
      decide: { agent: "judge", prompt: "What is it?", choices: { bug: "broken", wish: "not" } },
      paths: { bug: (own) => own.agent("worker", { title: "fix", prompt: "Fix." }), wish: async () => null },
      minConfidence: 0.5,
    }),
  "a refinement that restores its best": (flow) =>
    refine(flow, {
      produce: { agent: "worker", prompt: "Write." },
      evaluate: { agent: "critic", rubric: "Is it good?" },
      restore: { paths: ["src/**"] },
    }),
  "a map-reduce in levels, with an item that fails": (flow) =>
    mapReduce(flow, {
      items: ["one", "two", "three", "four"],
      map: { run: (own, { item }) => own.agent(item === "two" ? "breaker" : "worker", { title: item, prompt: item }) },
      reduce: { agent: "worker", prompt: "Put it together.", fanIn: 2 },
    }),
  "a supervisor": (flow) =>
    supervise(flow, {
      goal: "a goal",
      workers: { worker: "works" },
      acceptance: ["It holds"],
      supervisor: "leader",
    }),
  "a routed event": (flow) =>
    flow.call(eventRouter({ handlers: { "github.*": { agent: "worker", title: "look", prompt: "Look." } } }), {
      ...{ id: "1", type: "github.push", source: "test", details: {} },
    }),
  "a saga that fails and takes back": (flow) =>
    saga(flow, {
      steps: ["one", "two", "three"].map((name) => ({
        name,
        do: (own) => own.agent(name === "three" ? "breaker" : "worker", { title: name, prompt: name }),
        compensate: (own) => own.agent("worker", { title: `undo ${name}`, prompt: name }),
      })),
    }),
};

/** Delegates in the first round, and finds everything well in the second. */
const leader = ({ prompt }: { readonly prompt: string }) => {
  const isSecond = prompt.includes("round 2");
  const delegate = isSecond ? [] : ["a", "b"].map((title) => ({ worker: "worker", title, prompt: title }));
  return { delegate, criteria: [{ id: "c1", isMet: isSecond, evidence: "seen" }], done: isSecond, reason: "" };
};

const caseOf = (body: (flow: WorkflowFlow) => Promise<unknown>): WorkflowCase => ({
  definition: over(body),
  input: null,
  agents,
  commands: {
    tip: () => ({ isOk: true, exitCode: 0, output: "c".repeat(40) }),
    "compare with the best": ({ path }) => {
      const isOk = path.endsWith("#2");
      return { isOk, exitCode: isOk ? 0 : 1, output: "" };
    },
  },
  answers: () => ({ approved: true }),
});

describe.each(Object.entries(bodies))("%s", (_name, body) => {
  it("comes to the same when its worker dies at every record, and no agent is asked twice", async () => {
    const { deaths, problems } = await restartEverywhere(caseOf(body));
    expect(problems).toEqual([]);
    expect(deaths).toBeGreaterThan(1);
  });

  it("is cut short in its middle, and says so, by a budget around it", async () => {
    const { definition: _definition, ...test } = caseOf(body);
    const definition = over(body);
    const { calls } = await testWorkflow(definition, test);
    const maxCostUsd = Math.floor(calls.length * 1.5);
    const twice = async (flow: WorkflowFlow) => [await flow.call(definition, null), await flow.call(definition, null)];
    const within = over((flow) => flow.budget({ maxCostUsd }, () => twice(flow)));
    const tried = await tryWorkflow(within, { ...test, costUsd: 1 });
    const said = tried.status === "failed" ? tried.error : tried.output;
    expect(JSON.stringify(said)).toContain("BUDGET_EXCEEDED");
    expect(tried.calls.length).toBeLessThan(2 * calls.length);
  });

  it("asks nobody else once it was cancelled in its middle", async () => {
    const { definition, ...test } = caseOf(body);
    const whole = await testWorkflow(definition, test);
    const cancelledAt = Math.ceil(whole.calls.length / 2);
    let asked = 0;
    const tried = await tryWorkflow(definition, { ...test, cancelWhen: () => ++asked === cancelledAt });
    expect(tried).toMatchObject({ status: "failed", error: { code: "ENGINE_RUN_CANCELLED" } });
    expect(asked).toBe(cancelledAt);
  });
});
