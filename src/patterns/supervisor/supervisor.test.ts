import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import { bySize } from "../../domain/prompt/estimate-tokens.ts";
import { restartEverywhere } from "../../testing/workflow/restart-everywhere.ts";
import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { AgentCall } from "../../workflow/host.ts";
import { workflow } from "../../workflow/workflow.ts";
import { readySupervisor } from "./ready-supervisor.ts";
import { registryText, sortOut } from "./registry.ts";
import { supervise } from "./supervise.ts";
import type { Delegation, SuperviseOptions } from "./supervise-options.ts";

const base: SuperviseOptions = {
  goal: "A CSV export",
  workers: { builder: "writes code", reviewer: "reads code" },
  acceptance: ["The export quotes commas"],
};

const over = (options: Partial<SuperviseOptions> = {}) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
    z.json().parse(JSON.parse(JSON.stringify(await supervise(flow, { ...base, ...options })))),
  );

const roundOf = ({ prompt }: AgentCall): number => Number(/This is round (\d+)/.exec(prompt)?.[1]);

const task = (worker: string, title: string) => ({ worker, title, prompt: `Please: ${title}` });

const says = (fields: object): Json =>
  z.json().parse({
    delegate: [],
    criteria: [{ id: "c1", isMet: false, evidence: "not there" }],
    done: false,
    reason: "",
    ...fields,
  });

const met = { criteria: [{ id: "c1", isMet: true, evidence: "src/csv.js:12" }] };

/** A supervisor that answers by the number of the round. */
const supervisor = (rounds: readonly object[]) => (call: AgentCall) => says(rounds[roundOf(call) - 1] ?? {});

const workers = {
  builder: ({ title }: AgentCall) => `built ${title}`,
  reviewer: ({ title }: AgentCall) => `looked at ${title}`,
};

const run = (rounds: readonly object[], options: Partial<SuperviseOptions> = {}, stubs = {}) =>
  runWorkflow(over(options), { input: null, agents: { supervisor: supervisor(rounds), ...workers }, ...stubs });

describe("a supervisor", () => {
  it("delegates to workers and ends when every criterion is met, with evidence", async () => {
    const { output, host } = await run([{ delegate: [task("builder", "write it"), task("reviewer", "read it")] }, met]);
    expect(output).toMatchObject({
      status: "met",
      form: "tasks",
      rounds: 2,
      criteria: [{ id: "c1", judgedBy: "supervisor", isMet: true, evidence: "src/csv.js:12" }],
      delegated: [
        { id: "d1", round: 1, worker: "builder", title: "write it", status: "completed", summary: "built write it" },
        { id: "d2", round: 1, worker: "reviewer", title: "read it", status: "completed" },
      ],
    });
    const [first, second] = host.calls.filter(({ profile }) => profile === "supervisor").map(({ prompt }) => prompt);
    expect(first).toContain("Nothing has been delegated yet.");
    expect(second).toContain("d1 builder: write it (completed), round 1");
    expect(second).toContain("came to: built write it");
  });

  it("refuses what is delegated already, and workers that there are not, and says so in the next round", async () => {
    const { output, host } = await run([
      { delegate: [task("builder", "write it")] },
      { delegate: [task("builder", "Write it!"), task("bilder", "more"), task("builder", "test it")] },
      met,
    ]);
    expect(output).toMatchObject({ status: "met", delegated: [{ title: "write it" }, { title: "test it" }] });
    const last = host.calls.at(-1)?.prompt ?? "";
    expect(last).toContain("builder: Write it!: it is d1 of round 1, which is completed.");
    expect(last).toContain("bilder: more: there is no worker bilder; did you mean builder?");
  });

  it("may ask again for what failed", async () => {
    const flaky = {
      builder: (call: AgentCall) => (call.path.includes("round 1") ? Promise.reject(new Error("broken")) : "built"),
    };
    const again = { delegate: [task("builder", "write it")] };
    const { output } = await run(
      [again, again, met],
      {},
      { agents: { supervisor: supervisor([again, again, met]), ...flaky } },
    );
    expect(output).toMatchObject({ status: "met", delegated: [{ status: "failed" }, { status: "completed" }] });
  });

  it("is not believed about what a command judges", async () => {
    const acceptance = [{ command: "npm test", statement: "The tests pass" }];
    let runs = 0;
    const commands = {
      "criterion c1": () => ({ isOk: ++runs > 1, exitCode: runs > 1 ? 0 : 1, output: "1 failed" }),
    };
    const { output, host } = await run(
      [{ ...met, delegate: [task("builder", "mend it")] }],
      { acceptance },
      { commands },
    );
    expect(output).toMatchObject({ status: "met", rounds: 1, criteria: [{ judgedBy: "command", isMet: true }] });
    expect(host.calls[0]?.prompt).toContain("exit code 1: 1 failed");
  });

  it("asks nobody when its commands are satisfied from the start", async () => {
    const { output, host } = await run([], { acceptance: [{ command: ["true"] }] });
    expect(output).toMatchObject({ status: "met", rounds: 0 });
    expect(host.calls).toEqual([]);
  });

  it("does not take a claim without evidence", async () => {
    const bare = { criteria: [{ id: "c1", isMet: true, evidence: " " }] };
    const { output } = await run([bare, bare]);
    expect(output).toMatchObject({
      status: "stuck",
      criteria: [{ isMet: false, evidence: "claimed without evidence" }],
    });
  });

  it.each([
    ["two rounds bring nothing", [{}, {}, met], "stuck", 2],
    ["it gives up", [{ done: true, reason: "impossible" }, met], "stuck", 1],
    [
      "no round is left",
      [{ delegate: [task("builder", "a")] }, { delegate: [task("builder", "b")] }, met],
      "max-rounds",
      2,
    ],
  ])("ends when %s", async (_, rounds, status, count) => {
    const { output } = await run(rounds, { maxRounds: 2 });
    expect(output).toMatchObject({ status, rounds: count, criteria: [{ isMet: false }] });
  });

  it("lets workers only read where that is all they may", async () => {
    const wanted = { ...task("builder", "write it"), access: "edit" };
    const { host } = await run([{ delegate: [wanted] }, met], { access: "read", form: "tasks" });
    expect(host.calls.map(({ access }) => access)).toEqual(["read", "read", "read"]);
  });

  it("works in one session with subagents where workers only read and are few", async () => {
    const did = [{ worker: "reviewer", title: "read it", prompt: "Read", summary: "fine" }];
    const session = () => z.json().parse({ did, ...met, done: true, reason: "all read" });
    const { output, host } = await runWorkflow(over({ access: "read" }), {
      input: null,
      agents: { supervisor: session },
    });
    expect(output).toMatchObject({
      status: "met",
      form: "light",
      rounds: 1,
      delegated: [{ worker: "reviewer", summary: "fine" }],
    });
    expect(host.calls).toMatchObject([{ subagents: ["builder", "reviewer"], access: "read" }]);
  });

  it("stops where its budget is used up", async () => {
    const limited = workflow("test", { input: z.null(), output: z.json() }, (flow) =>
      flow.budget({ maxCostUsd: 2 }, async () => (await supervise(flow, { ...base, concurrency: 1 })).status),
    );
    const agents = { supervisor: supervisor([{ delegate: [task("builder", "a"), task("builder", "b")] }]), ...workers };
    const broke = runWorkflow(limited, { input: null, agents, costUsd: 1 });
    await expect(broke).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
  });

  it("comes to the same over a death at every record, and nobody is asked twice", async () => {
    const rounds = [
      { delegate: [task("builder", "a"), task("reviewer", "b")] },
      { delegate: [task("builder", "a"), task("builder", "c")] },
      met,
    ];
    const acceptance = ["It works", { command: "npm test" }];
    const agents = { supervisor: supervisor(rounds), ...workers };
    const { deaths, problems } = await restartEverywhere({ definition: over({ acceptance }), input: null, agents });
    expect(problems).toEqual([]);
    expect(deaths).toBeGreaterThan(5);
  });

  it.each([
    [{ workers: {} }, "workers: must not be empty"],
    [{ acceptance: [] }, "acceptance: must not be empty"],
    [{ acceptance: [{ comand: "x" }] }, "acceptance.0"],
    [{ maxRound: 3 }, "maxRound"],
    [{ form: "light" }, 'form: can be light only with access: "read"'],
  ])("refuses %j before anything starts", async (options, named) => {
    const wrong = run([], options as Partial<SuperviseOptions>);
    await expect(wrong).rejects.toMatchObject({ code: "WORKFLOW_INVALID", message: expect.stringContaining(named) });
  });
});

describe("the registry of what was delegated", () => {
  const entry = (index: number, summary: string): Delegation => ({
    ...{ id: `d${index}`, round: index, worker: "builder", title: `task ${index}`, prompt: "Do it" },
    ...{ status: "completed", summary },
  });

  it("keeps within its tokens, the newest first, and names every entry all the same", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4_000), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 500, max: 4_000 }),
        (lengths, maxTokens) => {
          const registry = lengths.map((length, index) => entry(index + 1, "x ".repeat(length)));
          const text = registryText(registry, maxTokens);
          for (const { id } of registry) expect(text).toContain(`- ${id} builder`);
          const overhead = 40 * (registry.length + 2);
          expect(bySize.count(text)).toBeLessThan(maxTokens + overhead);
        },
      ),
    );
  });

  it("says what it had to shorten and to leave out", () => {
    const text = registryText(
      [1, 2, 3].map((index) => entry(index, "long ".repeat(500))),
      1_000,
    );
    expect(text).toContain("Shortened for lack of room: d2.");
    expect(text).toContain("Without what came of it, for lack of room:\n- d1 builder: task 1 (completed)");
  });

  it("never has the same work twice, whatever is asked for", () => {
    const wanted = fc.record({
      worker: fc.constantFrom("a", "b"),
      title: fc.constantFrom("One", "one!", "Two", "three"),
      prompt: fc.constantFrom("Do", "do.", "More"),
    });
    fc.assert(
      fc.property(fc.array(wanted), (all) => {
        const { accepted, refused } = sortOut(all, { registry: [], workers: ["a", "b"] });
        expect(accepted.length + refused.length).toBe(all.length);
        const titles = accepted.map(({ title }) => title.toLowerCase().replace("!", ""));
        expect(new Set(titles).size).toBe(titles.length);
      }),
    );
  });
});

describe("the ready supervisor", () => {
  it("ends well when all is met, and fails naming what is not", async () => {
    const input = { goal: "A CSV export", acceptance: ["It quotes commas"] };
    const good = await runWorkflow(readySupervisor, { input, agents: { supervisor: () => says(met) } });
    expect(good.output).toMatchObject({ status: "met", rounds: 1 });
    const bad = runWorkflow(readySupervisor, { input, agents: { supervisor: () => says({ reason: "no idea" }) } });
    await expect(bad).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: "After 2 rounds 1 of 1 criteria are not met, and it got no further: c1 It quotes commas",
      hint: "The supervisor said: no idea",
    });
  });
});
