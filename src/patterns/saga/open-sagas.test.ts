import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { workflowGraph } from "../../domain/workflow/graph.ts";
import type { NodeNote } from "../../domain/workflow/node-note.ts";
import { openSagas } from "../../domain/workflow/open-sagas.ts";
import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import type { SagaOptions, SagaStep } from "./saga-options.ts";
import { saga } from "./saga.ts";

const step = (name: string): SagaStep<string> => ({
  name,
  do: (flow) => flow.agent(`do-${name}`, name),
  compensate: (flow) => flow.agent(`undo-${name}`, name),
});

/** What a run of it notes, in order; these agents fail. */
async function notesOf(body: (flow: WorkflowFlow) => Promise<unknown>, failing: readonly string[] = []) {
  const definition = workflow("test", { input: z.null(), output: z.null() }, async (flow) => {
    await body(flow);
    return null;
  });
  const answer = ({ profile }: { readonly profile: string }): string => {
    if (failing.includes(profile)) throw new Error("broken");
    return "done";
  };
  return (await runWorkflow(definition, { input: null, agents: { "*": answer } })).host.notes;
}

/** Of a run that is cancelled after so many notes. */
const cutAfter = (notes: readonly NodeNote[], count: number) =>
  openSagas(workflowGraph(notes.slice(0, count), "cancelled"));

const endedAgents = (notes: readonly NodeNote[], prefix: string): readonly string[] =>
  notes.flatMap(({ name, status }) =>
    name.startsWith(prefix) && status === "completed" ? [name.slice(prefix.length)] : [],
  );

type Case = {
  readonly count: number;
  /** Which step fails, and which compensation. */
  readonly failing: number | undefined;
  readonly broken: number | undefined;
  readonly hasSignal: boolean;
};

describe("a saga that is cancelled", () => {
  it("names, wherever it is cut off, every step that is done and not taken back, and none that has not begun", async () => {
    const cases: fc.Arbitrary<Case> = fc.record({
      count: fc.integer({ min: 1, max: 4 }),
      failing: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      broken: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      hasSignal: fc.boolean(),
    });
    const check = async ({ count, failing, broken, hasSignal }: Case): Promise<void> => {
      const steps = Array.from({ length: count }, (_, index) => step(`s${index}`));
      const options: SagaOptions = { steps, retryDelayMs: 0, ...(hasSignal ? { undoSignal: "back" } : {}) };
      const notes = await notesOf((flow) => saga(flow, options), [`do-s${failing}`, `undo-s${broken}`]);
      for (let cut = 0; cut < notes.length; cut += 1) {
        const seen = notes.slice(0, cut);
        const undone = endedAgents(seen, "undo-");
        const standing = endedAgents(seen, "do-").filter((name) => !undone.includes(name));
        const [found] = cutAfter(notes, cut);
        const { left = [], unsure = [], underWay } = found ?? {};
        const named = [...left, ...unsure, ...(underWay === undefined ? [] : [underWay])];
        const begun = seen.flatMap(({ name }) => (name.startsWith("do-") ? [name.slice(3)] : []));
        expect(named).toEqual(expect.arrayContaining(standing));
        expect([...begun, `s${begun.length}`, `s${new Set(begun).size}`]).toEqual(expect.arrayContaining(named));
      }
    };
    await fc.assert(fc.asyncProperty(cases, check), { numRuns: 30 });
  });

  it("names them in the order in which they are to be taken back, what was at work, and the signal", async () => {
    const steps = [step("a"), step("b"), step("c")];
    const notes = await notesOf((flow) => saga(flow, { steps, undoSignal: "back" }));
    const cut = notes.findIndex(({ name }) => name === "do-c") + 1;
    expect(cutAfter(notes, cut)).toEqual([
      { name: "saga", left: ["b", "a"], underWay: "c", unsure: [], undoSignal: "back" },
    ]);
  });

  it("is none once it has come to its end, within another one or beside others", async () => {
    const inner = (flow: WorkflowFlow) => saga(flow, { label: "inner", steps: [step("x"), step("y")] });
    const outer: SagaStep = {
      name: "outer",
      do: async (flow) => (await inner(flow)).done,
      compensate: (flow) => flow.agent("undo-outer", "x"),
    };
    const nested = await notesOf((flow) => saga(flow, { steps: [step("a"), outer, step("z")] }));
    const at = (name: string, notes: readonly NodeNote[]) => notes.findIndex((note) => note.name === name) + 1;
    expect(cutAfter(nested, at("do-y", nested)).map(({ name, left }) => [name, left])).toEqual([
      ["inner", ["x"]],
      ["saga", ["a"]],
    ]);
    expect(cutAfter(nested, at("do-z", nested))).toMatchObject([{ name: "saga", left: ["outer", "a"] }]);
    const beside = await notesOf((flow) => flow.settle<unknown>([() => inner(flow), () => flow.agent("other", "x")]));
    expect(cutAfter(beside, beside.length)).toEqual([]);
  });
});
