import { describe, expect, it } from "vitest";
import { z } from "zod";

import { workflow } from "../../workflow/workflow.ts";
import { testWorkflow, tryWorkflow } from "./test-workflow.ts";

const dayMs = 24 * 3_600_000;

const asks = workflow("asks", { input: z.null(), output: z.unknown() }, async (flow) => {
  const begun = await flow.now();
  await flow.sleep(3 * dayMs);
  const { approved, by, note } = await flow.approve("Release?", { timeoutMs: dayMs });
  return { approved, by, note: note ?? "", days: ((await flow.now()) - begun) / dayMs };
});

describe("testing a workflow", () => {
  it("jumps over days of sleep, and over the time in which nobody answers", async () => {
    const { output, elapsedMs, questions } = await testWorkflow(asks, { input: null });
    expect(output).toEqual({ approved: false, by: "timeout", note: "", days: 4 });
    expect(elapsedMs).toBe(4 * dayMs);
    expect(questions.map(({ question }) => question)).toEqual(["Release?"]);
  });

  it("has a person answer in time", async () => {
    const answers = () => ({ approved: true, note: "go", afterMs: dayMs / 2 });
    const { output } = await testWorkflow(asks, { input: null, answers });
    expect(output).toEqual({ approved: true, by: "person", note: "go", days: 3.5 });
  });

  it("has a person answer too late", async () => {
    const { output } = await testWorkflow(asks, {
      input: null,
      answers: () => ({ approved: true, afterMs: 2 * dayMs }),
    });
    expect(output).toMatchObject({ approved: false, by: "timeout" });
  });

  it("begins at the time that it is given", async () => {
    const clock = workflow("clock", { input: z.null(), output: z.number() }, (flow) => flow.now());
    expect((await testWorkflow(clock, { input: null, startAt: 1_000 })).output).toBe(1_000);
  });

  it("sends signals in time, and says which one is missing", async () => {
    const mail = workflow("mail", { input: z.null(), output: z.unknown() }, async (flow) => [
      (await flow.receive("mail", { timeoutMs: 1_000 })) ?? null,
      (await flow.receive("mail")) ?? null,
    ]);
    const signals = [{ name: "mail", payload: "hello", afterMs: 5_000 }];
    const { output, elapsedMs } = await testWorkflow(mail, { input: null, signals });
    expect({ output, elapsedMs }).toEqual({ output: [null, "hello"], elapsedMs: 5_000 });
    await expect(testWorkflow(mail, { input: null })).rejects.toMatchObject({
      message: 'The workflow waits for ever, for the signal "mail"',
      hint: expect.stringContaining('signals: [{ name: "mail", payload: … }]'),
    });
  });

  it("names the agent that has no stub, where it was asked, and the stubs that there are", async () => {
    const two = workflow("two", { input: z.null(), output: z.unknown() }, (flow) =>
      flow.settle([() => flow.agent("one", "First"), () => flow.agent("two", "Second")]),
    );
    await expect(testWorkflow(two, { input: null, agents: { one: () => "done" } })).rejects.toMatchObject({
      message: 'There is no stub for the agent "two", asked at all#1[1]/two#1: Second',
      hint: expect.stringMatching(/There are: one\. Add one: agents: { "two"/),
    });
  });

  it("says which field of a stub's answer is wrong", async () => {
    const judge = workflow("judge", { input: z.null(), output: z.unknown() }, (flow) =>
      flow.agent("judge", { prompt: "Judge", result: z.object({ isGood: z.boolean() }) }),
    );
    await expect(testWorkflow(judge, { input: null, agents: { judge: () => ({ isGood: "yes" }) } })).rejects.toThrow(
      /The stub of judge gave another form than judge#1 asks for: answer\.isGood/,
    );
  });

  it("shows what was done before a failure", async () => {
    const fails = workflow("fails", { input: z.null(), output: z.null() }, async (flow) => {
      await flow.agent("one", "First");
      await flow.log("half");
      await flow.agent("two", "Second");
      return null;
    });
    const two = () => {
      throw new Error("no");
    };
    const tried = await tryWorkflow(fails, { input: null, agents: { one: () => "done", two } });
    expect(tried).toMatchObject({
      status: "failed",
      error: { code: "WORKFLOW_AGENT_FAILED", message: "two failed: no" },
    });
    expect(tried.calls.map(({ profile }) => profile)).toEqual(["one", "two"]);
    expect(tried.log).toMatchObject([{ message: "half" }]);
  });

  it("cancels the run instead of answering a call, and nothing is asked after that", async () => {
    const four = workflow("four", { input: z.null(), output: z.unknown() }, async (flow) => {
      for (const name of ["a", "b", "c", "d"]) await flow.agent(name, name);
      return null;
    });
    const cancelWhen = ({ profile }: { readonly profile: string }) => profile === "c";
    const tried = await tryWorkflow(four, { input: null, agents: { "*": () => "done" }, cancelWhen });
    expect(tried).toMatchObject({ status: "failed", error: { code: "ENGINE_RUN_CANCELLED" } });
    expect(tried.calls.map(({ profile }) => profile)).toEqual(["a", "b"]);
  });

  it("never ends with a stub that is called for ever, unless something stops it", async () => {
    const polls = workflow("polls", { input: z.null(), output: z.number() }, async (flow) => {
      for (let n = 1; ; n += 1) {
        const { isOk } = await flow.command("ready", { run: "true" });
        if (isOk) return n;
        await flow.sleep(60_000);
      }
    });
    let asked = 0;
    const commands = { ready: () => ({ isOk: ++asked === 100, exitCode: 0, output: "" }) };
    const { output, elapsedMs } = await testWorkflow(polls, { input: null, commands });
    expect({ output, elapsedMs }).toEqual({ output: 100, elapsedMs: 99 * 60_000 });
  });
});
