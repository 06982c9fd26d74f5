import { z } from "zod";

import type { ErrorJson } from "../../domain/errors.ts";
import { functionOption, labelOption, nameOption } from "../port.ts";

import type { WorkflowFlow } from "../../workflow/flow.ts";

/** What the steps before have come to, by name. */
export type SagaResults = Readonly<Record<string, unknown>>;

/** Written as methods, so that a step of whatever result fits into a list of steps. */
export type SagaStep<T = unknown> = {
  readonly name: string;
  /** All or nothing: a step that fails is not compensated. */
  do(flow: WorkflowFlow, soFar: SagaResults): Promise<T>;
  /** Takes back what the step did. May run several times, and must come to the same then. */
  compensate?(flow: WorkflowFlow, result: T): Promise<unknown>;
  /** It can't be taken back: a person is asked before it runs. */
  readonly irreversible?: true | IrreversibleGate;
};

export type IrreversibleGate = {
  readonly question: string;
  /** Unanswered for so long is a no. Default: it waits. */
  readonly timeoutMs?: number;
};

export type SagaOptions = {
  /** One after the other, in this order. */
  readonly steps: readonly SagaStep[];
  /** Tries of each compensation. Default 3. */
  readonly maxTries?: number;
  /** Before the second try of a compensation; doubled before each further one. Default 1,000. */
  readonly retryDelayMs?: number;
  /** Name of a signal upon which no further step begins and all is taken back. Default: there is none. */
  readonly undoSignal?: string;
  /** In the graph. Default `saga`. */
  readonly label?: string;
};

export type SagaResult = {
  /** `compensation-failed`: something is left to a person, see `left`. */
  readonly status: "completed" | "compensated" | "compensation-failed";
  /** Steps that were done, in their order; those taken back afterwards among them. */
  readonly done: readonly string[];
  /** Of steps that were done, by name. */
  readonly results: SagaResults;
  /** What ended it. */
  readonly failed?: { readonly name: string; readonly error: ErrorJson };
  /** Steps that were taken back, in the order in which they were. */
  readonly compensated: readonly string[];
  /** Steps whose effect is still there although the saga failed, in the same order. */
  readonly left: readonly LeftStep[];
};

export type LeftStep = {
  readonly name: string;
  readonly why: "irreversible" | "compensation-failed";
  readonly error?: ErrorJson;
};

/** The compensation of a step that changes nothing. */
export const nothingToUndo = async (): Promise<void> => undefined;

const gate = z.strictObject({ question: z.string().trim().min(1), timeoutMs: z.int().positive().exactOptional() });

const step = z
  .strictObject({
    name: nameOption,
    do: functionOption,
    compensate: functionOption.exactOptional(),
    irreversible: z.union([z.literal(true), gate], "must be true or a question").exactOptional(),
  })
  .refine(({ compensate, irreversible }) => (compensate === undefined) !== (irreversible === undefined), {
    message: "needs either compensate or irreversible; one that changes nothing takes compensate: nothingToUndo",
  });

export const sagaSchema = z.strictObject({
  steps: z
    .array(step, "must be a list")
    .min(1, "must not be empty")
    .superRefine((steps, context) => {
      for (const [index, { name }] of steps.entries()) {
        if (steps.findIndex((other) => other.name === name) === index) continue;
        context.addIssue({ code: "custom", path: [index, "name"], message: `"${name}" is there twice` });
      }
    }),
  maxTries: z.int().min(1).max(100).exactOptional(),
  retryDelayMs: z.int().nonnegative().exactOptional(),
  undoSignal: z.string().min(1).exactOptional(),
  label: labelOption,
});
