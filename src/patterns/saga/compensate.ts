import type { ErrorJson } from "../../domain/errors.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import type { LeftStep, SagaOptions, SagaResult, SagaStep } from "./saga-options.ts";

type DoneStep = { readonly step: SagaStep; readonly result: unknown };

/** Takes steps back, the last first. One that can't be is left to a person, and the others are taken back all the same. */
export async function compensateAll(
  flow: WorkflowFlow,
  done: readonly DoneStep[],
  options: SagaOptions,
): Promise<Pick<SagaResult, "compensated" | "left">> {
  const compensated: string[] = [];
  const left: LeftStep[] = [];
  for (const { step, result } of done.toReversed()) {
    const { name } = step;
    if (step.compensate === undefined) {
      left.push({ name, why: "irreversible" });
      continue;
    }
    const error = await compensateOne(flow, { step, result }, options);
    if (error === undefined) compensated.push(name);
    else left.push({ name, why: "compensation-failed", error });
  }
  return { compensated, left };
}

/** Another try comes to the same. */
const hopeless = new Set<ErrorJson["failureClass"]>(["conflict", "exhausted"]);

/** @returns why it could not be taken back */
async function compensateOne(
  flow: WorkflowFlow,
  { step, result }: DoneStep,
  { maxTries = 3, retryDelayMs = 1_000 }: SagaOptions,
): Promise<ErrorJson | undefined> {
  let error: ErrorJson | undefined;
  for (let tries = 0; tries < maxTries; tries += 1) {
    if (tries > 0 && retryDelayMs > 0) await flow.sleep(retryDelayMs * 2 ** (tries - 1));
    const [outcome] = await flow.settle([async () => step.compensate?.(flow, result)], { label: `undo ${step.name}` });
    error = outcome?.status === "failed" ? outcome.error : undefined;
    if (error === undefined || hopeless.has(error.failureClass)) return error;
  }
  return error;
}
