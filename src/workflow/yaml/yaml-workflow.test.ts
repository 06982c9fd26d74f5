import { describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import { workflow } from "../workflow.ts";
import { linked } from "./yaml-workflow.fixture.ts";

describe("a YAML workflow", () => {
  it("has agents work one after another, with what came before filled in", async () => {
    const flow = linked(`
name: review
input: { topic: string, level: { type: string, default: high } }
steps:
  - id: find
    agent: explorer
    prompt: Find {{ input.topic }} at {{ input.level }}. A \\{{ brace }}.
    access: read
    result: { files: "string[]", verdict: [good, bad] }
  - id: tell
    agent: writer
    prompt: "About \${{ steps.find.result.files }}: {{ steps.find.result.verdict }}"
output: { text: "{{ steps.tell.result }}", files: "{{ steps.find.result.files }}" }
`);
    const { output, host } = await runWorkflow(flow, {
      input: { topic: "bugs" },
      agents: { explorer: () => ({ files: ["a.ts"], verdict: "bad" }), writer: ({ prompt }) => prompt },
    });
    expect(output).toEqual({ text: 'About [\n  "a.ts"\n]: bad', files: ["a.ts"] });
    expect(host.calls[0]).toMatchObject({ title: "find", access: "read", prompt: "Find bugs at high. A {{ brace }}." });
    expect(host.calls[0]?.resultSchema).toMatchObject({ required: ["files", "verdict"] });
  });

  it("comes to what its last step does, where it has no output", async () => {
    const flow = linked("steps: [{ id: a, agent: x, prompt: go }]");
    expect((await runWorkflow(flow, { input: {}, agents: { x: () => "done" } })).output).toBe("done");
  });

  it("begins steps side by side as soon as what they need is done, in whatever order they stand", async () => {
    const flow = linked(`
steps:
  - { id: last, needs: [left, right], agent: x, prompt: "{{ steps.left.result }}+{{ steps.right.result }}" }
  - { id: left, needs: [first], agent: x, prompt: l }
  - { id: right, needs: [first], agent: x, prompt: r }
  - { id: first, needs: [], agent: x, prompt: f }
output: "{{ steps.last.result }}"
`);
    const { output, host } = await runWorkflow(flow, { input: {}, agents: { x: ({ prompt }) => prompt } });
    expect(output).toBe("l+r");
    expect(host.calls.map(({ prompt }) => prompt).toSorted()).toEqual(["f", "l", "l+r", "r"]);
    expect(host.calls.at(0)?.prompt).toBe("f");
    expect(host.calls.at(-1)?.prompt).toBe("l+r");
  });

  it("fails with what went wrong first, not with what was left undone because of it", async () => {
    const flow = linked(`
steps:
  - { id: after, needs: [bad], agent: x, prompt: after }
  - { id: bad, needs: [], agent: x, prompt: bad }
`);
    const agents = { x: () => Promise.reject(new Error("broken")) };
    await expect(runWorkflow(flow, { input: {}, agents })).rejects.toMatchObject({
      code: "WORKFLOW_AGENT_FAILED",
      message: "x failed: broken",
    });
  });

  it("does the same for each item of a list, and gives what each came to", async () => {
    const flow = linked(`
input: { files: list }
steps:
  - id: each
    forEach: \${{ input.files }}
    as: file
    concurrency: 2
    steps:
      - { id: read, agent: x, prompt: "{{ index }} {{ file.name }}" }
`);
    const input = { files: [{ name: "a" }, { name: "b" }] };
    const { output } = await runWorkflow(flow, { input, agents: { x: ({ prompt }) => prompt } });
    expect(output).toEqual(["0 a", "1 b"]);
  });

  it("says what failed, where some may", async () => {
    const flow = linked(`
steps:
  - id: both
    failures: some
    parallel:
      - { id: good, agent: good, prompt: x }
      - { id: bad, agent: bad, prompt: x }
output: { all: "{{ steps.both.result }}", failed: "{{ steps.both.failed }}" }
`);
    const agents = { good: () => "fine", bad: () => Promise.reject(new Error("broken")) };
    expect((await runWorkflow(flow, { input: {}, agents })).output).toEqual({
      all: { good: "fine", bad: null },
      failed: [{ id: "bad", message: "bad failed: broken" }],
    });
    await expect(runWorkflow(flow, { input: {}, agents: { "*": agents.bad } })).rejects.toMatchObject({
      code: "WORKFLOW_STEP_FAILED",
      message: "flow.yaml:3: nothing of both succeeded: good failed: broken",
    });
  });

  it("takes the one way or the other, and what was not run is null in its output", async () => {
    const flow = linked(`
input: { risk: number }
steps:
  - id: choose
    when: { any: [{ ref: input.risk, above: 5 }, { ref: input.risk, equals: 3 }] }
    then: [{ id: deep, agent: x, prompt: deep }]
    else: [{ id: quick, agent: x, prompt: quick }]
output: { deep: "{{ steps.deep.result }}", quick: "{{ steps.quick.result }}", chosen: "{{ steps.choose.result }}" }
`);
    const agents = { x: ({ prompt }: { prompt: string }) => prompt };
    const of = async (risk: number) => (await runWorkflow(flow, { input: { risk }, agents })).output;
    expect(await of(6)).toEqual({ deep: "deep", quick: null, chosen: "deep" });
    expect(await of(3)).toEqual({ deep: "deep", quick: null, chosen: "deep" });
    expect(await of(1)).toEqual({ deep: null, quick: "quick", chosen: "quick" });
  });

  it("repeats until the condition holds, knowing what came of the time before, or ends after so many times", async () => {
    const flow = linked(`
input: { goal: number }
steps:
  - id: loop
    repeat: { until: { ref: steps.rate.result.score, above: 2 }, maxTimes: 4 }
    steps:
      - { id: rate, agent: x, prompt: "{{ times }} after {{ previous }}", result: { score: number } }
output: { loop: "{{ steps.loop.result }}", score: "{{ steps.rate.result.score }}" }
`);
    const agents = { x: (_call: object, nth: number) => ({ score: nth }) };
    const { output, host } = await runWorkflow(flow, { input: { goal: 1 }, agents });
    expect(output).toEqual({ loop: { isMet: true, times: 4, last: { score: 3 } }, score: 3 });
    expect(host.calls[1]?.prompt).toBe('2 after {\n  "score": 0\n}');
    const never = await runWorkflow(flow, { input: { goal: 1 }, agents: { x: () => ({ score: 0 }) } });
    expect(never.output).toMatchObject({ loop: { isMet: false, times: 4 } });
  });

  it("ends with a command that fails or a person's no, unless it says to go on", async () => {
    const failing = { "*": () => ({ isOk: false, exitCode: 2, output: "1 failed\nsee above" }) };
    const stops = linked('steps: [{ id: test, run: [npm, "test"] }]');
    await expect(runWorkflow(stops, { input: {}, commands: failing })).rejects.toMatchObject({
      code: "WORKFLOW_STEP_FAILED",
      message: "flow.yaml:1: the command of test ended with exit code 2: see above",
    });
    const goesOn = linked(`
input: { name: string }
steps:
  - { id: test, run: [npm, "{{ input.name }}"], onFailure: continue }
  - { id: ask, approve: "Ship {{ steps.test.result.exitCode }}?", onReject: continue }
output: { ok: "{{ steps.test.result.isOk }}", answer: "{{ steps.ask.result.approved }}" }
`);
    const answers = () => ({ approved: false, note: "no" });
    const { output, host } = await runWorkflow(goesOn, { input: { name: "t" }, commands: failing, answers });
    expect(output).toEqual({ ok: false, answer: false });
    expect(host.commands[0]?.run).toEqual(["npm", "t"]);
    expect(host.questions[0]?.question).toBe("Ship 2?");
    const asks = linked("steps: [{ id: ask, approve: Ship? }]");
    await expect(runWorkflow(asks, { input: {}, answers })).rejects.toMatchObject({
      message: "flow.yaml:1: ask was not approved: no",
    });
  });

  it("goes on without an agent that fails, where it may", async () => {
    const flow = linked(`
steps: [{ id: try, agent: x, prompt: go, onFailure: continue }]
output: { result: "{{ steps.try.result }}", failed: "{{ steps.try.failed }}" }
`);
    const agents = { x: () => Promise.reject(new Error("broken")) };
    expect((await runWorkflow(flow, { input: {}, agents })).output).toEqual({
      result: null,
      failed: "x failed: broken",
    });
  });

  it("calls other workflows, which check what they are given", async () => {
    const double = workflow(
      "double",
      { input: z.strictObject({ n: z.number() }), output: z.number() },
      (_flow, { n }) => Promise.resolve(n * 2),
    );
    const text = 'input: { n: number }\nsteps: [{ id: twice, workflow: double, input: { n: "{{ input.n }}" } }]';
    expect((await runWorkflow(linked(text, { double }), { input: { n: 4 } })).output).toBe(8);
    const wrong = linked('steps: [{ id: twice, workflow: double, input: { n: "four" } }]', { double });
    await expect(runWorkflow(wrong, { input: {} })).rejects.toMatchObject({ code: "WORKFLOW_INPUT_INVALID" });
  });

  it("names line and reference of a value that isn't there", async () => {
    const flow = linked(`
input: { files: list }
steps:
  - { id: a, agent: x, prompt: go }
  - id: b
    agent: x
    prompt: See {{ input.files.3.name }}
`);
    await expect(runWorkflow(flow, { input: { files: [] }, agents: { x: () => "ok" } })).rejects.toMatchObject({
      code: "WORKFLOW_INVALID",
      message: "flow.yaml:7: input.files.3.name has no value; input.files is []",
    });
  });
});
