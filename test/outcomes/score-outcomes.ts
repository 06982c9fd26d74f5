import type { JudgedOutcome } from "./judge-outcome.ts";

export type HalfScore = {
  readonly good: number;
  readonly bad: number;
  /** Bad and not accepted. */
  readonly caught: number;
  /** Bad and accepted: a false "completed". */
  readonly missed: readonly JudgedOutcome[];
  /** Good and not accepted: an attempt for nothing. */
  readonly alarms: readonly JudgedOutcome[];
  /** Accepted, and left to a person with `quality.unproved: ask`. */
  readonly asked: { readonly bad: number; readonly good: number };
  /** Of those that were not accepted, how many were bad; `NaN` when all were accepted. */
  readonly precision: number;
  /** Of the bad ones, how many were not accepted. */
  readonly recall: number;
};

/** What becomes of the outcomes of one label. `accepted`: completed, without a person. */
export type Ends = { readonly accepted: number; readonly asked: number; readonly refused: number };

/** What a mode makes of outcomes, by what it decides. */
export function endsOf(judged: readonly JudgedOutcome[], kindOf: (one: JudgedOutcome) => string): Ends {
  const kinds = judged.map(kindOf);
  const accepted = kinds.filter((kind) => kind === "accept").length;
  const asked = kinds.filter((kind) => kind === "ask").length;
  return { accepted, asked, refused: kinds.length - accepted - asked };
}

export function scoreOutcomes(judged: readonly JudgedOutcome[]): HalfScore {
  const bad = judged.filter(({ outcome }) => outcome.label === "bad");
  const good = judged.filter(({ outcome }) => outcome.label === "good");
  const isAccepted = ({ decision }: JudgedOutcome): boolean => decision.kind === "accept";
  const missed = bad.filter(isAccepted);
  const alarms = good.filter((one) => !isAccepted(one));
  const caught = bad.length - missed.length;
  const isAsked = (one: JudgedOutcome): boolean => isAccepted(one) && one.withAsking.kind === "ask";
  return {
    asked: { bad: bad.filter(isAsked).length, good: good.filter(isAsked).length },
    good: good.length,
    bad: bad.length,
    caught,
    missed,
    alarms,
    precision: caught / (caught + alarms.length),
    recall: caught / bad.length,
  };
}
