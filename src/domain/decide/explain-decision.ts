import type { Finding } from "../feedback/analyze.ts";
import { tallyFailures } from "../failure/failure-tally.ts";
import type { AttemptDecision, AttemptEvidence, Mean } from "./attempt-evidence.ts";
import { doubtsOf, reviewStanding } from "../quality/review/review-standing.ts";
import { findingsOf } from "./findings-of.ts";
import { isTooBig } from "./decide-attempt.ts";
import { defaultDecisions } from "./decision-settings.ts";
import { qualityShortfall } from "./quality-shortfall.ts";

export type RuleName =
  | "turn"
  | "validation"
  | "harm"
  | "gates"
  | "quality"
  | "review"
  | "proof"
  | "confidence"
  | "policy"
  /** Of a replayed result: nobody has tried yet in this job. */
  | "replay"
  /** A rule for breakpoints, the supervisor model or a person had the last word. */
  | "breakpoint";

/** One rule, in the order in which they are looked at. */
export type RuleCheck = {
  readonly rule: RuleName;
  /** `not-judged`: there was nothing to look at. `fired`: it stood in the way, or said what follows. */
  readonly status: "held" | "fired" | "not-judged";
  readonly says: string;
};

export type Action = AttemptDecision["kind"];

/** Why a decision is what it is: stored with it, shown by `tutti explain`. */
export type DecisionExplanation = {
  readonly rules: readonly RuleCheck[];
  /** What was found wrong, by code, for the feedback. */
  readonly findings: readonly Finding[];
  /** Every other action, and why not. */
  readonly alternatives: readonly { readonly action: Action; readonly why: string }[];
};

/** @param decision - what `decideAttempt` says of the same evidence */
export function explainDecision(evidence: AttemptEvidence, decision: AttemptDecision): DecisionExplanation {
  const rules = [...stages(evidence), policy(decision)];
  const others = actions.filter((action) => action !== decision.kind);
  const findings = findingsOf(evidence);
  return {
    rules,
    findings,
    alternatives: others.map((action) => ({ action, why: whyNot[action](evidence, decision, rules) })),
  };
}

/** With what had the last word after it was decided: the action that was taken is among those that were not no more. */
export function explainSettled(
  explanation: DecisionExplanation,
  action: string,
  { rule, says }: Pick<RuleCheck, "rule" | "says">,
): DecisionExplanation {
  const whyNotOf = new Map<string, string>(explanation.alternatives.map((each) => [each.action, each.why]));
  if (!whyNotOf.has(action)) return explanation;
  const others = actions.filter((other) => other !== action);
  return {
    ...explanation,
    rules: [...explanation.rules, fired(rule, says)],
    alternatives: others.map((other) => ({ action: other, why: whyNotOf.get(other) ?? says })),
  };
}

const held = (rule: RuleName, says: string): RuleCheck => ({ rule, status: "held", says });
const fired = (rule: RuleName, says: string): RuleCheck => ({ rule, status: "fired", says });
const notJudged = (rule: RuleName, says: string): RuleCheck => ({ rule, status: "not-judged", says });

function stages(evidence: AttemptEvidence): readonly RuleCheck[] {
  const { outcome, validation, gates } = evidence;
  if (outcome.status === "failed") {
    const rest: readonly RuleName[] = ["validation", "gates", "quality", "confidence"];
    return [fired("turn", outcome.message), ...rest.map((rule) => notJudged(rule, "the turn failed"))];
  }
  return [
    held("turn", "the agent finished"),
    validation === undefined
      ? notJudged("validation", "it was not validated")
      : validation.ok
        ? held("validation", "it is complete and inside its footprint")
        : fired("validation", validation.problems.map(({ message }) => message).join(" ")),
    gateRule(gates),
    ...qualityRules(evidence),
    ...reviewRule(evidence),
    ...proofRule(evidence),
    confidenceRule(evidence),
  ];
}

function gateRule(gates: AttemptEvidence["gates"]): RuleCheck {
  if (gates === undefined) return notJudged("gates", "its gates were not run");
  const bad = gates.filter(({ status }) => status !== "passed");
  if (bad.length > 0)
    return fired("gates", bad.map(({ name, status, summary }) => `${name} ${status}: ${summary}`).join("; "));
  return gates.length === 0 ? notJudged("gates", "no gate judges it") : held("gates", `all ${gates.length} passed`);
}

function qualityRules({ quality, settings = defaultDecisions }: AttemptEvidence): readonly RuleCheck[] {
  if (quality === undefined) return [notJudged("quality", "no stage judged it")];
  const found = qualityShortfall(quality, settings.rollbackOn);
  const score = quality.score === undefined ? "" : `, score ${quality.score.toFixed(2)}`;
  if (found === undefined) return [held("quality", `every judged stage passed${score}`)];
  const says = found.reasons.join(" ");
  return [fired(found.isHarm === true ? "harm" : "quality", says)];
}

/** One that fails is among the stages. */
function reviewRule({ quality, asksUnreviewed = false }: AttemptEvidence): readonly RuleCheck[] {
  if (quality === undefined) return [];
  const standing = reviewStanding(quality);
  if (standing === "passed") return [held("review", "a model found what was asked met")];
  if (standing === "doubted") return [fired("review", doubtsOf(quality).join(" "))];
  const why = quality.stages.find(({ name }) => name === "review")?.reason ?? "no review was made";
  if (standing === "none" && asksUnreviewed)
    return [fired("review", `a review is required, and there is none: ${why}`)];
  return standing === "none" ? [notJudged("review", why)] : [];
}

function proofRule({ quality, asksUnproved = false }: AttemptEvidence): readonly RuleCheck[] {
  const { level, says } = quality?.proof ?? {};
  if (level === undefined) return [];
  if (level !== "unproved") return [held("proof", `${level}: ${says}`)];
  return [asksUnproved ? fired("proof", `unproved: ${says}`) : notJudged("proof", `unproved: ${says}`)];
}

function confidenceRule({ confidence, settings = defaultDecisions }: AttemptEvidence): RuleCheck {
  if (confidence === undefined) return notJudged("confidence", "only work that no other rule refuses has one");
  const { minConfidence } = settings;
  const told = confidence.toFixed(2);
  if (minConfidence === undefined) return held("confidence", `${told}; decisions.minConfidence is not set`);
  const isEnough = confidence >= minConfidence;
  return (isEnough ? held : fired)("confidence", `${told}; decisions.minConfidence is ${minConfidence}`);
}

const policy = ({ kind, failureClass, reasons }: AttemptDecision & { failureClass?: string | undefined }): RuleCheck =>
  fired(
    "policy",
    failureClass === undefined ? `${kind}: ${reasons[0] ?? ""}` : `after ${failureClass}: ${reasons.at(-1) ?? ""}`,
  );

const actions: readonly Action[] = [
  "accept",
  "retry",
  "clarify",
  "split",
  "replan",
  "rollback",
  "ask",
  "pause",
  "fail",
];

type WhyNot = (evidence: AttemptEvidence, decision: AttemptDecision, rules: readonly RuleCheck[]) => string;

const whyNot: Readonly<Record<Action, WhyNot>> = {
  accept: (_evidence, _decision, rules) =>
    rules.find(({ rule, status }) => status === "fired" && rule !== "policy")?.says ?? "it was not proved",
  retry: (_evidence, { kind }) => instead[kind],
  clarify: (evidence) =>
    asks(evidence) ? without(evidence.means?.clarify, "another rule goes first") : "the agent asked nothing",
  split: (evidence) => whyNoSplit(evidence),
  replan: ({ means }, { kind }) =>
    kind === "fail" ? without(means?.replan, "another rule goes first") : "the task has not failed for good",
  rollback: (_evidence, _decision, rules) =>
    rules.some(({ rule }) => rule === "harm") ? "no attempt is left" : "nothing says that the work made things worse",
  ask: (_evidence, { kind }) =>
    kind === "accept" ? "no rule needs a person" : "nothing here can be settled by a person alone",
  pause: () => "no quota, login or budget has ended",
  fail: whyNotFail,
};

/** Why it is not tried again as it is. */
const instead: Readonly<Record<Action, string>> = {
  accept: "nothing is missing",
  retry: "",
  clarify: "the question can be answered, and the conversation goes on with the answer",
  split: "another try would be too big again",
  replan: "its attempts are used up, or it can't succeed",
  rollback: "going on with this work would keep what made things worse",
  ask: "another try would not settle it",
  pause: "another try would fail in the same way now",
  fail: "its attempts are used up, or it can't succeed",
};

const asks = ({ validation }: AttemptEvidence): boolean =>
  validation?.ok === false && validation.problems.some(({ code }) => code === "question-instead-of-work");

const without = (mean: Mean | undefined, otherwise: string): string =>
  mean === undefined ? "nobody can be asked" : mean.isThere ? otherwise : mean.why;

function whyNoSplit(evidence: AttemptEvidence): string {
  if (isTooBig(evidence)) return without(evidence.means?.split, "another rule goes first");
  const { outcome, earlierTooBig = 0, settings = defaultDecisions } = evidence;
  const times = earlierTooBig + (outcome.status === "failed" && outcome.isTooBig === true ? 1 : 0);
  return `it came to a limit of time or size ${times} times, and ${settings.splitAfter} are needed`;
}

function whyNotFail({ earlierFailures, limits }: AttemptEvidence, decision: AttemptDecision): string {
  if (decision.kind === "accept") return "nothing is missing";
  const { failureClass } = decision;
  const { counted } = tallyFailures(failureClass === undefined ? earlierFailures : [...earlierFailures, failureClass]);
  return `${counted} of ${limits.maxAttempts} attempts are used`;
}
