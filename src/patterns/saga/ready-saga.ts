import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import { workflow } from "../../workflow/workflow.ts";
import { agentFields, failureFacts, nameOption } from "../port.ts";
import { branchStep, branchStepFields } from "./branch-step.ts";
import { commandPair, commandPairFields } from "./command-pair.ts";
import { commitStep } from "./commit-step.ts";
import { fileStep, fileStepFields } from "./file-step.ts";
import { mustRun } from "./run-command.ts";
import type { SagaResult, SagaStep } from "./saga-options.ts";
import { saga } from "./saga.ts";

const named = { name: nameOption };
const { access: _access, ...editing } = agentFields;
const { undo: _undo, isDone: _isDone, ...running } = commandPairFields;

const commandStep = z.strictObject({ ...named, ...commandPairFields });
const agentStep = z.strictObject({ ...named, ...editing, prompt: z.string().trim().min(1) });
const branch = z.strictObject({ ...named, ...branchStepFields });
const file = z.strictObject({ ...named, ...fileStepFields });
const irreversible = z.union([z.literal(true), z.string().trim().min(1)]);
const gatedCommand = z.strictObject({ ...named, ...running, irreversible });

const forms = [commandStep, agentStep, branch, file, gatedCommand] as const;

type Alternatives = readonly (readonly { readonly path: readonly PropertyKey[]; readonly message: string }[])[];

/** Of the forms that a step may have, the one that it most likely was meant to be says what is wrong. */
function nearestForm({ errors = [] }: { readonly errors?: Alternatives }): string {
  const [fewest = []] = errors.toSorted((one, other) => one.length - other.length);
  return fewest.map(({ path, message }) => [...path.map(String), message].join(": ")).join(", ");
}

const step = z.union(forms, {
  error: (issue) => (issue.code === "invalid_union" ? nearestForm(issue) : undefined),
});

const input = z.strictObject({
  steps: z.array(step).min(1),
  maxTries: z.int().min(1).max(100).exactOptional(),
  retryDelayMs: z.int().nonnegative().exactOptional(),
});

const output = z.strictObject({
  status: z.literal("completed"),
  done: z.array(z.string()),
  results: z.record(z.string(), z.json()),
});

type DeclaredStep = z.output<typeof input>["steps"][number];

/** `tutti workflow run saga`: `tutti workflow signal <job> undo` takes everything back. */
export const readySaga = workflow(
  "saga",
  {
    input,
    output,
    pattern: "saga",
    description:
      "Commands, agents' changes, branches and files in order; when one fails, those before it are taken back",
  },
  async (flow, { steps, ...rest }) => {
    const result = await saga(flow, { ...rest, steps: steps.map(stepOf), undoSignal: "undo" });
    if (result.status !== "completed") throw unfinished(result);
    const { status, done, results } = result;
    return { status, done: [...done], results: z.record(z.string(), z.json()).parse(results) };
  },
);

function stepOf(declared: DeclaredStep): SagaStep {
  if ("prompt" in declared) return commitStep(declared);
  if ("branch" in declared) return branchStep(declared);
  if ("path" in declared) return fileStep(declared);
  if ("undo" in declared) return commandPair(declared);
  const { name, do: run, irreversible: question, in: where = "project", timeoutMs } = declared;
  const place = { in: where, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  return {
    name,
    do: (flow) => mustRun(flow, name, { run, ...place }),
    irreversible: question === true ? true : { question },
  };
}

/** Whoever started it has to see that it did not come about, and what is left to do. */
function unfinished({ failed, compensated, left, done }: SagaResult): TuttiError {
  const undone = compensated.length === 0 ? "nothing had to be taken back" : `taken back: ${compensated.join(", ")}`;
  const rest = left.map(({ name, why, error }) => `${name} (${error?.message ?? why})`).join("; ");
  const message = `${failed?.name ?? "A step"} failed: ${failed?.error.message ?? "no reason is known"}; ${undone}`;
  const { code = "WORKFLOW_AGENT_FAILED", failureClass = "permanent" } = failed?.error ?? {};
  return new TuttiError(code, left.length === 0 ? message : `${message}; NOT taken back: ${rest}`, {
    failureClass,
    ...(left.length === 0 ? {} : { hint: "Take back by hand what is named as not taken back" }),
    context: {
      done: [...done],
      compensated: [...compensated],
      left: left.map(({ name, why, error }) => ({ name, why, ...(error && { error: failureFacts.parse(error) }) })),
    },
  });
}
