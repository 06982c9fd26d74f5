import { builtInWorkflows } from "../../../../src/patterns/index.ts";
import type { WorkflowCase } from "../../../../src/testing/workflow/run-life.ts";
import type { CommandCall } from "../../../../src/workflow/host.ts";
import { answerTo, patternCase, type PatternCase } from "./pattern-cases.ts";

/** Its last step fails, so that those before it are taken back. */
const failing: PatternCase = {
  workflow: "saga",
  input: {
    retryDelayMs: 0,
    steps: [
      { name: "one", do: "one", undo: "take back one" },
      { name: "two", agent: "builder", prompt: "Change it." },
      { name: "three", do: "break", undo: "true" },
    ],
  },
  answers: [{ asks: "", text: "done" }],
};

/** A name for each export, as `crashEverywhere` takes them. */
export const pipelineCase = ready("pipeline");
export const fanOutCase = ready("fan-out");
export const branchCase = ready("branch");
export const refineCase = ready("refine");
export const supervisorCase = ready("supervisor");
export const eventDrivenCase = ready("event-driven");
export const mapReduceCase = ready("map-reduce");
export const sagaCase = ready("saga");
export const failingSagaCase = stubbed(failing);
export const complexCase = ready("complex");

function ready(workflow: string): WorkflowCase {
  return stubbed(patternCase(workflow));
}

function stubbed({ workflow, input, answers }: PatternCase): WorkflowCase {
  const definition = builtInWorkflows.find(({ name }) => name === workflow);
  if (definition === undefined) throw new Error(`no ready workflow is named ${workflow}`);
  return {
    definition,
    input,
    agents: {
      "*": ({ prompt }) => {
        const { result, text = "done" } = answerTo(answers, prompt);
        return result ?? text;
      },
    },
    commands: { "*": (call) => ({ isOk: isOk(call), exitCode: isOk(call) ? 0 : 1, output: call.name }) },
  };
}

/** What an agent changed is not taken back before another one has done it. */
const isOk = ({ run, name, path }: CommandCall): boolean =>
  run !== "break" && (!name.endsWith("taken back?") || path.endsWith("#2"));
