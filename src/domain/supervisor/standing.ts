/** How a supervisor model has answered of late: one circuit breaker for each job (Nygard, "Release It!", 2007). */
export type SupervisorStanding = {
  /** Questions in a row that got no answer. */
  readonly failures: number;
  /** Whether the last answer that could be expected came. */
  readonly isAvailable: boolean;
  /** It isn't asked before, in milliseconds since the Unix epoch; `null` = it may be asked. */
  readonly restsUntil: number | null;
  /** Why it is not available. */
  readonly reason: string | null;
};

export const goodStanding: SupervisorStanding = { failures: 0, isAvailable: true, restsUntil: null, reason: null };

export type StandingPolicy = {
  /** After so many failures in a row it rests. */
  readonly failuresUntilRest: number;
  readonly restMs: number;
};

export const standingPolicy: StandingPolicy = { failuresUntilRest: 3, restMs: 30_000 };

/** `isDown`: it could not be asked, which one failure proves; an answer that was of no use proves it only when it happens again and again. */
export type FailedQuestion = { readonly reason: string; readonly isDown: boolean };

export function afterFailure(
  before: SupervisorStanding,
  { reason, isDown }: FailedQuestion,
  { now, policy }: { readonly now: number; readonly policy: StandingPolicy },
): SupervisorStanding {
  const failures = before.failures + 1;
  const rests = failures >= policy.failuresUntilRest;
  const isAvailable = before.isAvailable && !isDown && !rests;
  return { failures, isAvailable, restsUntil: rests ? now + policy.restMs : null, reason: isAvailable ? null : reason };
}

/** When it has rested, it is asked again; what comes then decides. */
export const mayBeAsked = ({ restsUntil }: SupervisorStanding, now: number): boolean =>
  restsUntil === null || now >= restsUntil;
