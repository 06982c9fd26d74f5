import { describe, expect, it } from "vitest";
import { z } from "zod";

import { untilAborted } from "../testing/engine/test-bed.ts";
import { runWorkflow } from "../testing/workflow/run-workflow.ts";
import { isLostRace } from "./lost-race.ts";
import { workflow } from "./workflow.ts";

const form = { input: z.null(), output: z.string() };

describe("a race of a workflow", () => {
  it("gives the words of the agent that was first, and tells the others' host that nobody wants theirs any more", async () => {
    const reasons: unknown[] = [];
    const race = workflow("race", form, (flow) =>
      flow.race([() => flow.agent("slow", "x"), () => flow.agent("fast", "x")], { label: "who first" }),
    );
    const slow = async ({ signal }: { readonly signal: AbortSignal }): Promise<never> => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return untilAborted(signal);
    };
    const { output, host } = await runWorkflow(race, { input: null, agents: { slow, fast: () => "first" } });
    expect(output).toBe("first");
    expect(reasons.map(isLostRace)).toEqual([true]);
    expect(host.notes.filter(({ name }) => name === "slow").map(({ status }) => status)).toEqual([
      "running",
      "cancelled",
    ]);
    expect(host.notes[0]).toMatchObject({ kind: "race", name: "who first" });
  });

  it("withdraws a question that a branch asked when it lost", async () => {
    const race = workflow("race", form, (flow) =>
      flow.race([
        async () => `${(await flow.approve("Shall it?")).approved}`,
        async () => (await flow.sleep(20), flow.agent("fast", "x")),
      ]),
    );
    const { output, host } = await runWorkflow(race, { input: null, agents: { fast: () => "first" } });
    expect(output).toBe("first");
    expect(host.withdrawn).toEqual(host.questions.map(({ key }) => key));
    expect(host.notes.findLast(({ kind }) => kind === "approve")?.status).toBe("cancelled");
  });

  it("counts no failure that a branch took as a result", async () => {
    const race = workflow("race", form, (flow) =>
      flow.race([
        async () => {
          const outcomes = await flow.settle([() => flow.sleep(3_600_000)]);
          return `settled ${outcomes.length}`;
        },
        () => flow.agent("fast", "x"),
      ]),
    );
    expect((await runWorkflow(race, { input: null, agents: { fast: () => "first" } })).output).toBe("first");
  });

  it("is not lost when only the process stops", () => {
    expect(isLostRace(new Error("stopped"))).toBe(false);
    expect(isLostRace(undefined)).toBe(false);
  });
});
