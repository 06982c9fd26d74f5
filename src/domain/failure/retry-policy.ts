import type { Backoff } from "./backoff.ts";
import type { FailureClass } from "./failure-class.ts";
import type { FailureTally } from "./failure-tally.ts";

export type RetryLimits = {
  /** Attempts that count, the first included. Default 3. */
  readonly maxAttempts: number;
  /** Network failures and short 429s in a row before the job pauses. Default 10: after 4 to 9 minutes of waiting for transient ones. */
  readonly maxTransient: number;
  /** Deaths in a row before the task itself is suspected. Default 5. */
  readonly maxKilled: number;
  /** Conflicts with the job branch before a person is asked. Default 3. */
  readonly maxConflicts: number;
  readonly transientBackoff: Backoff;
  readonly rateLimitBackoff: Backoff;
};

export const defaultRetryLimits: RetryLimits = {
  maxAttempts: 3,
  maxTransient: 10,
  maxKilled: 5,
  maxConflicts: 3,
  transientBackoff: { baseMs: 1_000, maxMs: 300_000 },
  rateLimitBackoff: { baseMs: 5_000, maxMs: 300_000 },
};

export type AfterFailure =
  | {
      readonly kind: "retry";
      readonly reason: string;
      /** Wait before it; `undefined` = at once. What the server asks for (`retryAfterMs`) is the least. */
      readonly delayBackoff: Backoff | undefined;
      /** Number of this wait for `backoffMs`: 1 for the first. */
      readonly waitNumber: number;
      readonly countsAsAttempt: boolean;
      /** Go on with the same conversation; otherwise a fresh one. */
      readonly resumeSession: boolean;
      /** Tell the agent what was wrong. */
      readonly withFeedback: boolean;
    }
  /** Nothing is dispatched on the account until its quota is back or a person resumes. */
  | { readonly kind: "pause"; readonly reason: string }
  | { readonly kind: "ask"; readonly reason: string }
  | { readonly kind: "fail"; readonly reason: string };

export type FailureFacts = {
  readonly failureClass: FailureClass;
  /** The failure in question included: see `tallyFailures`. */
  readonly attempts: FailureTally;
  readonly limits: RetryLimits;
};

/** What follows a failure. The class alone decides; the tally only bounds how often. */
export function nextAfterFailure(facts: FailureFacts): AfterFailure {
  return policies[facts.failureClass](facts);
}

type Policy = (facts: FailureFacts) => AfterFailure;

const policies: Readonly<Record<FailureClass, Policy>> = {
  transient: (facts) => afterWait(facts, facts.limits.transientBackoff, "the network or the server failed"),
  rate_limited: (facts) => afterWait(facts, facts.limits.rateLimitBackoff, "the server asked to slow down"),
  exhausted: () => ({ kind: "pause", reason: "the quota, the credit, the login or the budget is used up" }),
  recoverable: (facts) => again(facts, { reason: "the work was not good enough", resumeSession: true }),
  stuck: (facts) => again(facts, { reason: "the agent made no progress", resumeSession: false }),
  conflict: afterConflict,
  killed: afterDeath,
  permanent: () => ({ kind: "fail", reason: "the task or the configuration can't succeed as it is" }),
  bug: () => ({ kind: "fail", reason: "Tutti itself failed" }),
};

function afterWait({ attempts, limits }: FailureFacts, delayBackoff: Backoff, why: string): AfterFailure {
  if (attempts.transient >= limits.maxTransient) {
    return { kind: "pause", reason: `${why} ${attempts.transient} times in a row` };
  }
  return {
    kind: "retry",
    reason: why,
    delayBackoff,
    waitNumber: Math.max(1, attempts.transient),
    countsAsAttempt: false,
    resumeSession: true,
    withFeedback: false,
  };
}

function again(
  { attempts, limits }: FailureFacts,
  { reason, resumeSession }: { readonly reason: string; readonly resumeSession: boolean },
): AfterFailure {
  if (attempts.counted >= limits.maxAttempts) {
    return { kind: "fail", reason: `${reason} in ${attempts.counted} of ${limits.maxAttempts} attempts` };
  }
  return { ...atOnce, kind: "retry", reason, countsAsAttempt: true, resumeSession, withFeedback: true };
}

function afterConflict({ attempts, limits }: FailureFacts): AfterFailure {
  const reason = "the work does not fit onto the job branch";
  if (attempts.conflict >= limits.maxConflicts)
    return { kind: "ask", reason: `${reason} after ${attempts.conflict} tries` };
  return { ...atOnce, kind: "retry", reason, countsAsAttempt: false, resumeSession: false, withFeedback: true };
}

function afterDeath({ attempts, limits }: FailureFacts): AfterFailure {
  const reason = "the process that did it died";
  if (attempts.killed >= limits.maxKilled) {
    return { kind: "fail", reason: `${reason} ${attempts.killed} times in a row` };
  }
  return { ...atOnce, kind: "retry", reason, countsAsAttempt: false, resumeSession: true, withFeedback: false };
}

const atOnce = { delayBackoff: undefined, waitNumber: 0 } as const;
