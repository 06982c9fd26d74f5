import type { z } from "zod";

import type { Path } from "./problem.ts";
import type { Reference } from "./reference.ts";
import type { StepData } from "./step-schemas.ts";

/** A step of a YAML workflow, read and checked by itself. */
export type Step = {
  readonly id: string;
  /** Absent: it waits for the one before it. */
  readonly needs?: readonly string[];
  /** Where it stands in the file. */
  readonly path: Path;
  readonly doing: Doing;
  /** Its own, without those of the steps within it. */
  readonly references: readonly Reference[];
};

export type StepList = {
  readonly steps: readonly Step[];
  /** What a step without `needs` waits for: the one before it, or nothing. */
  readonly order: "sequence" | "side-by-side";
};

export type Doing =
  | ({ readonly kind: "agent"; readonly form?: z.ZodType } & StepData<"agent">)
  | ({ readonly kind: "run" } & StepData<"run">)
  | ({ readonly kind: "approve" } & StepData<"approve">)
  | ({ readonly kind: "parallel"; readonly body: StepList } & StepData<"parallel">)
  | ({ readonly kind: "forEach"; readonly body: StepList } & StepData<"forEach">)
  | ({ readonly kind: "when"; readonly yes: StepList; readonly no?: StepList } & StepData<"when">)
  | ({ readonly kind: "repeat"; readonly body: StepList } & StepData<"repeat">)
  | ({ readonly kind: "workflow" } & StepData<"workflow">)
  | ({ readonly kind: "receive"; readonly form?: z.ZodType } & StepData<"receive">)
  | ({ readonly kind: "sleep" } & StepData<"sleep">);

export type DoingOf<Kind extends Doing["kind"]> = Extract<Doing, { readonly kind: Kind }>;

/** The lists of steps that are parts of this one. */
export function bodiesOf({ doing }: Step): readonly StepList[] {
  switch (doing.kind) {
    case "parallel":
    case "forEach":
    case "repeat":
      return [doing.body];
    case "when":
      return doing.no === undefined ? [doing.yes] : [doing.yes, doing.no];
    default:
      return [];
  }
}

/** It and all within it, in the order of the file. */
export const withInner = (step: Step): readonly Step[] => [
  step,
  ...bodiesOf(step).flatMap(({ steps }) => steps.flatMap(withInner)),
];

/** Ids of the steps that one waits for. */
export function needsOf({ steps, order }: StepList, index: number): readonly string[] {
  const needs = steps[index]?.needs;
  if (needs !== undefined) return needs;
  const before = order === "sequence" ? steps[index - 1] : undefined;
  return before === undefined ? [] : [before.id];
}
