import { TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { Outcome, WorkflowFlow } from "../../workflow/flow.ts";
import { checkOptions } from "../port.ts";
import { compensateAll } from "./compensate.ts";
import { sagaSchema, type SagaOptions, type SagaResult, type SagaStep } from "./saga-options.ts";

/**
 * Runs steps one after the other; when one fails, takes back those before it, the last first. What was recorded of either way
 * stays so over a crash. A step that can't be taken back runs only once everything before it is done and a person agreed.
 *
 * Its own end is a result, also when a step failed. A cancelled run ends at once and takes nothing back: `undoSignal` does.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options
 */
export async function saga(flow: WorkflowFlow, options: SagaOptions): Promise<SagaResult> {
  checkOptions("saga", sagaSchema, options);
  return flow.group(options.label ?? "saga", () => forwards(flow, options), { pattern: "saga" });
}

async function forwards(flow: WorkflowFlow, options: SagaOptions): Promise<SagaResult> {
  const done: { readonly step: SagaStep; readonly result: unknown }[] = [];
  for (const step of options.steps) {
    const outcome = await tryStep(flow, step, { options, done });
    if (outcome.status === "failed") {
      const taken = await compensateAll(flow, done, options);
      const status = taken.left.length === 0 ? "compensated" : "compensation-failed";
      return { status, ...standing(done), failed: { name: step.name, error: outcome.error }, ...taken };
    }
    done.push({ step, result: outcome.value });
  }
  return { status: "completed", ...standing(done), compensated: [], left: [] };
}

type Done = readonly { readonly step: SagaStep; readonly result: unknown }[];

function standing(done: Done): Pick<SagaResult, "done" | "results"> {
  const results = Object.fromEntries(done.map(({ step, result }) => [step.name, result]));
  return { done: done.map(({ step }) => step.name), results };
}

type SoFar = { readonly options: SagaOptions; readonly done: Done };

async function tryStep(flow: WorkflowFlow, step: SagaStep, { options, done }: SoFar): Promise<Outcome<unknown>> {
  const { undoSignal } = options;
  if (undoSignal !== undefined && done.length > 0) {
    const asked = await flow.receive(undoSignal, { timeoutMs: 0 });
    if (asked !== undefined) return { status: "failed", error: askedToUndo(asked) };
  }
  const { results } = standing(done);
  const work = async (): Promise<unknown> => {
    await passGate(flow, step, Object.keys(results));
    return step.do(flow, results);
  };
  const [outcome] = await flow.settle([work], { label: step.name });
  if (outcome === undefined) throw new TuttiError("INTERNAL", `${step.name} came to nothing`, { failureClass: "bug" });
  return outcome;
}

async function passGate(flow: WorkflowFlow, { name, irreversible }: SagaStep, done: readonly string[]): Promise<void> {
  if (irreversible === undefined) return;
  const { question, timeoutMs } =
    irreversible === true ? { question: `Shall "${name}" run? It can't be taken back.` } : irreversible;
  const wait = timeoutMs === undefined ? {} : { timeoutMs };
  const { approved, note, by } = await flow.approve(question, { context: { step: name, done }, ...wait });
  if (approved) return;
  const why = by === "timeout" ? "Nobody agreed in time" : `A person said no${note === undefined ? "" : `: ${note}`}`;
  throw new TuttiError("PERMISSION_REQUIRED", `${why} ("${name}" can't be taken back)`, { context: { step: name } });
}

const askedToUndo = (request: Json): ErrorJson => ({
  code: "ABORTED",
  message: `Somebody asked for everything to be taken back${typeof request === "string" ? `: ${request}` : ""}`,
  failureClass: "permanent",
  context: {},
});
