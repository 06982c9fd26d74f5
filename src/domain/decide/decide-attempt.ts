import type { FailureClass } from "../failure/failure-class.ts";
import { tallyFailures } from "../failure/failure-tally.ts";
import { nextAfterFailure, type AfterFailure, type RetryLimits } from "../failure/retry-policy.ts";
import type { QualityReport } from "../quality/quality-report.ts";
import { qualityShortfalls } from "../quality/quality-settings.ts";
import type { ValidationVerdict } from "../validate/validate-attempt.ts";

/** How the agent's turn ended. */
export type AttemptOutcome =
  | { readonly status: "finished" }
  | {
      readonly status: "failed";
      readonly failureClass: FailureClass;
      readonly message: string;
      /** Only a person can settle it, whatever its class: more money for the task. */
      readonly needsPerson?: boolean;
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
  /** Absent: its gates alone judge it. */
  readonly quality?: QualityReport | undefined;
  /** Classes of the earlier failed attempts at this task, oldest first. */
  readonly earlierFailures: readonly FailureClass[];
  readonly limits: RetryLimits;
};

type Retry = Omit<Extract<AfterFailure, { kind: "retry" }>, "reason" | "withFeedback">;

/** `reasons`: recorded with the decision, most important first, never empty. */
export type AttemptDecision = { readonly reasons: readonly string[] } & (
  | { readonly kind: "accept" }
  /** `feedback` goes into the next prompt; empty when the failure was not the agent's. */
  | (Retry & { readonly failureClass: FailureClass; readonly feedback: string })
  | { readonly kind: "pause" | "ask" | "fail"; readonly failureClass: FailureClass }
);

/**
 * Decides what becomes of an attempt. Accepts only what finished, validated and passed every gate; everything missing counts
 * as not proved. What only a person can settle (protected files, a gate that can't run, a question asked again and again)
 * is asked.
 */
export function decideAttempt(evidence: AttemptEvidence): AttemptDecision {
  const shortfall = firstShortfall(evidence);
  if (shortfall === undefined)
    return { kind: "accept", reasons: ["It finished, it is complete and every gate passed."] };
  const { failureClass, reasons } = shortfall;
  if (shortfall.needsPerson === "at-once") return { kind: "ask", failureClass, reasons };
  const attempts = tallyFailures([...evidence.earlierFailures, failureClass]);
  const next = nextAfterFailure({ failureClass, attempts, limits: evidence.limits });
  if (next.kind === "retry") return retry(next, shortfall);
  const kind = next.kind === "fail" && shortfall.needsPerson === "in-the-end" ? "ask" : next.kind;
  return { kind, failureClass, reasons: [...reasons, sentence(next.reason)] };
}

type Shortfall = {
  readonly failureClass: FailureClass;
  readonly reasons: readonly string[];
  /** `in-the-end`: when retries are used up. */
  readonly needsPerson: "at-once" | "in-the-end" | "no";
};

/** The earliest stage that did not hold: later stages were looking at unproved work. */
function firstShortfall({ outcome, validation, gates, quality }: AttemptEvidence): Shortfall | undefined {
  if (outcome.status === "failed") {
    const needsPerson = outcome.needsPerson === true ? "at-once" : "no";
    return { failureClass: outcome.failureClass, reasons: [outcome.message], needsPerson };
  }
  if (validation === undefined) return unproved("It was not validated.");
  if (!validation.ok) return invalid(validation);
  if (gates === undefined) return unproved("Its gates were not run.");
  return gateShortfall(gates) ?? qualityShortfall(quality);
}

const unproved = (reason: string): Shortfall => ({ failureClass: "bug", reasons: [reason], needsPerson: "no" });

function invalid({ problems, failureClass }: Extract<ValidationVerdict, { ok: false }>): Shortfall {
  const codes = new Set(problems.map(({ code }) => code));
  const reasons = problems.map(({ message }) => message);
  const isOnlyProtected = codes.size === 1 && codes.has("protected-touched");
  const hasQuestion = codes.has("question-instead-of-work") || codes.has("protected-touched");
  return { failureClass, reasons, needsPerson: isOnlyProtected ? "at-once" : hasQuestion ? "in-the-end" : "no" };
}

function gateShortfall(gates: readonly GateVerdict[]): Shortfall | undefined {
  const failed = gates.filter(({ status }) => status === "failed");
  const broken = gates.filter(({ status }) => status === "broken");
  const reasons = [
    ...failed.map(({ name, summary }) => `The gate ${name} failed: ${summary}`),
    ...broken.map(({ name, summary }) => `The gate ${name} could not be run: ${summary}`),
  ];
  if (failed.length > 0) return { failureClass: "recoverable", reasons, needsPerson: "no" };
  return broken.length > 0 ? { failureClass: "permanent", reasons, needsPerson: "at-once" } : undefined;
}

function qualityShortfall(quality: QualityReport | undefined): Shortfall | undefined {
  const reasons = quality === undefined ? [] : qualityShortfalls(quality);
  return reasons.length === 0 ? undefined : { failureClass: "recoverable", reasons, needsPerson: "no" };
}

function retry(next: Extract<AfterFailure, { kind: "retry" }>, { failureClass, reasons }: Shortfall): AttemptDecision {
  const { reason, withFeedback, ...how } = next;
  const feedback = withFeedback ? reasons.map((line) => `- ${line}`).join("\n") : "";
  return { ...how, failureClass, feedback, reasons: [...reasons, sentence(reason)] };
}

const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
