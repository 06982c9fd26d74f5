import type { BreakpointKind } from "./answers.ts";
import type { FactName } from "./facts.ts";

export const ruleActions = ["ask", "approve", "deny"] as const;

/** `ask` a person; `approve` without one; `deny` without one. */
export type RuleAction = (typeof ruleActions)[number];

export type NumberTest = {
  readonly is?: number | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
};

/** Patterns: `*` stands for any text. One of them has to fit. */
export type TextTest = { readonly oneOf: readonly string[] };

/** Whether any of the list, all of a list that is not empty, or none of it fits one of the patterns. */
export type ListTest = {
  readonly any?: readonly string[] | undefined;
  readonly all?: readonly string[] | undefined;
  readonly none?: readonly string[] | undefined;
};

export type Test = NumberTest | TextTest | ListTest | boolean;

/** All that stands in it has to hold. */
export type Condition = { readonly [Name in FactName]?: Test | undefined } & {
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
  /** Name of a plugin's evaluator. */
  readonly custom?: string | undefined;
};

export type BreakpointRule = {
  /** Unique in the project. */
  readonly name: string;
  readonly on: readonly BreakpointKind[];
  /** Absent: always. */
  readonly when?: Condition | undefined;
  readonly action: RuleAction;
  /** Larger goes first. Default 0. */
  readonly priority: number;
  /** Milliseconds after which the answer is no. Absent: it waits for ever. */
  readonly timeoutMs?: number | undefined;
  /** For the person; `{{ fact }}` stands for a fact's value. */
  readonly message?: string | undefined;
};
