import type { FailureClass } from "../failure/failure-class.ts";
import type { AfterFailure, RetryLimits } from "../failure/retry-policy.ts";
import type { QualityReport } from "../quality/quality-report.ts";
import type { ValidationVerdict } from "../validate/validate-attempt.ts";
import type { DecisionSettings } from "./decision-settings.ts";

/** How the agent's turn ended. */
export type AttemptOutcome =
  | { readonly status: "finished" }
  | {
      readonly status: "failed";
      readonly failureClass: FailureClass;
      readonly message: string;
      /** Only a person can settle it, whatever its class: more money for the task. */
      readonly needsPerson?: boolean;
      /** The turn came to a limit of time or size: the task may be too big. */
      readonly isTooBig?: boolean;
      /** The conversation has no room left: going on with it fails again. */
      readonly isContextFull?: boolean;
    };

/** A gate's verdict. `broken`: it could not be run, which says nothing about the work. */
export type GateVerdict = {
  readonly name: string;
  readonly status: "passed" | "failed" | "broken";
  /** What it said, short enough for a prompt. */
  readonly summary: string;
};

export type AttemptEvidence = {
  readonly outcome: AttemptOutcome;
  /** `undefined` = not validated, because the turn failed. */
  readonly validation: ValidationVerdict | undefined;
  /** `undefined` = not run, because something before them failed; empty = the task has none. */
  readonly gates: readonly GateVerdict[] | undefined;
  /** Classes of the earlier failed attempts at this task, oldest first. */
  readonly earlierFailures: readonly FailureClass[];
  readonly limits: RetryLimits;
  /** What the stages of the quality control say; absent: nobody judged. */
  readonly quality?: QualityReport | undefined;
  /** Work whose behaviour nothing judged is for a person. Default `false`. */
  readonly asksUnproved?: boolean;
  /** Work that no model has reviewed is for a person. Default `false`. */
  readonly asksUnreviewed?: boolean;
  /** How sure it is that the work is right, in [0, 1]; absent: not known. */
  readonly confidence?: number | undefined;
  /** Earlier turns at the task that came to a limit of time or size. Default 0. */
  readonly earlierTooBig?: number;
  /** The next counted attempt has a stronger model. Default `false`. */
  readonly hasStrongerModel?: boolean;
  /** What others could do about it now; what is absent can't be done. */
  readonly means?: DecisionMeans;
  readonly settings?: DecisionSettings;
};

/** Who could be asked for what a decision needs. The reason why not stands in the explanation. */
export type DecisionMeans = {
  readonly clarify?: Mean;
  readonly split?: Mean;
  readonly replan?: Mean;
};

export type Mean = { readonly isThere: true } | { readonly isThere: false; readonly why: string };

/**
 * What is different about the next try. `same-conversation`: files and conversation go on. `cleared-context`: the files go on, in an
 * empty conversation. `fresh-start`: neither. `stronger-model`: the next rung of the ladder.
 */
export type RetryChange = "same-conversation" | "cleared-context" | "fresh-start" | "stronger-model";

type RetryPlan = Omit<Extract<AfterFailure, { kind: "retry" }>, "reason" | "withFeedback">;

/** `reasons`: recorded with the decision, most important first, never empty. */
export type AttemptDecision = { readonly reasons: readonly string[] } & (
  | { readonly kind: "accept" }
  /** `feedback` goes into the next prompt; empty when the failure was not the agent's. */
  | (RetryPlan & {
      readonly failureClass: FailureClass;
      readonly feedback: string;
      readonly change: readonly RetryChange[];
    })
  | { readonly kind: "pause" | "ask" | "fail"; readonly failureClass: FailureClass }
  /** No rule refuses the work, and it is not sure enough: a person looks at it. */
  | { readonly kind: "ask"; readonly failureClass?: undefined }
  /** The supervisor is to answer the agent's question. */
  | { readonly kind: "clarify"; readonly failureClass: FailureClass }
  /** The manager is to cut the task into parts. */
  | { readonly kind: "split"; readonly failureClass: FailureClass }
  /** The task fails, and the manager is to find another way for what needs it. */
  | { readonly kind: "replan"; readonly failureClass: FailureClass }
  /** The work is taken back: the next attempt begins where this one did, in an empty conversation. */
  | { readonly kind: "rollback"; readonly failureClass: FailureClass; readonly feedback: string }
);

/** What of an attempt is not enough. */
export type Shortfall = {
  readonly failureClass: FailureClass;
  readonly reasons: readonly string[];
  /** `in-the-end`: when retries are used up. */
  readonly needsPerson: "at-once" | "in-the-end" | "no";
  /** The agent wants to know something. */
  readonly isQuestion?: boolean;
  /** It made things worse than they were. */
  readonly isHarm?: boolean;
};
