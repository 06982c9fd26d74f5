import type { FailureClass } from "../failure/failure-class.ts";
import { tallyFailures } from "../failure/failure-tally.ts";
import { nextAfterFailure, type AfterFailure } from "../failure/retry-policy.ts";
import { doubtsOf, reviewStanding } from "../quality/review/review-standing.ts";
import type { ValidationVerdict } from "../validate/validate-attempt.ts";
import type { AttemptDecision, AttemptEvidence, GateVerdict, RetryChange, Shortfall } from "./attempt-evidence.ts";
import { defaultDecisions } from "./decision-settings.ts";
import { qualityShortfall } from "./quality-shortfall.ts";

/**
 * Decides what becomes of an attempt. Accepts only what finished, validated and passed every gate; everything missing counts
 * as not proved. What only a person can settle (protected files, a gate that can't run, a question asked again and again)
 * is asked. What needs an answer of somebody (`clarify`, `split`, `replan`) is decided only where `means` says that there is one to
 * ask; without the answer the caller asks here again, without that mean.
 */
export function decideAttempt(evidence: AttemptEvidence): AttemptDecision {
  const shortfall = firstShortfall(evidence);
  if (shortfall === undefined) return acceptIfSure(evidence);
  const { failureClass, reasons } = shortfall;
  if (shortfall.needsPerson === "at-once") return { kind: "ask", failureClass, reasons };
  const { means = {} } = evidence;
  if (shortfall.isQuestion && means.clarify?.isThere === true) return { kind: "clarify", failureClass, reasons };
  if (isTooBig(evidence) && means.split?.isThere === true)
    return { kind: "split", failureClass, reasons: [...reasons, "The task is too big for one agent."] };
  const attempts = tallyFailures([...evidence.earlierFailures, failureClass]);
  const next = nextAfterFailure({ failureClass, attempts, limits: evidence.limits });
  if (next.kind === "retry") return shortfall.isHarm ? takenBack(shortfall) : retry(next, shortfall, evidence);
  const kind = next.kind === "fail" && shortfall.needsPerson === "in-the-end" ? "ask" : next.kind;
  const all = [...reasons, sentence(next.reason)];
  if (kind === "fail" && means.replan?.isThere === true) return { kind: "replan", failureClass, reasons: all };
  return { kind, failureClass, reasons: all };
}

function acceptIfSure(evidence: AttemptEvidence): AttemptDecision {
  const { gates = [], confidence, settings = defaultDecisions } = evidence;
  const { minConfidence } = settings;
  const doubts = doubtsAbout(evidence);
  if (doubts.length > 0) return { kind: "ask", reasons: doubts };
  if (minConfidence === undefined || (confidence !== undefined && confidence >= minConfidence))
    return {
      kind: "accept",
      reasons: [gates.length === 0 ? unjudged : "It finished, it is complete and every gate passed."],
    };
  const known = confidence?.toFixed(2) ?? "not known";
  const reason = `No rule refuses it, but the confidence is ${known} and decisions.minConfidence is ${minConfidence}.`;
  return { kind: "ask", reasons: [reason] };
}

/** Why nobody but a person can call it done. */
function doubtsAbout({ quality, asksUnproved = false, asksUnreviewed = false }: AttemptEvidence): readonly string[] {
  if (quality === undefined) return [];
  const doubts = doubtsOf(quality);
  if (doubts.length > 0) return doubts;
  const { proof } = quality;
  if (asksUnproved && proof?.level === "unproved") return [`No rule refuses it, but it is unproved: ${proof.says}.`];
  if (!asksUnreviewed || reviewStanding(quality) !== "none") return [];
  const why = quality.stages.find(({ name }) => name === "review")?.reason ?? "no stage of that name ran.";
  return [`No rule refuses it, but a review is required and there is none: ${why}`];
}

const unjudged = "It finished and it is complete; there is no gate that judges it.";

/** Evidently: this turn and enough of those before it came to a limit. */
export function isTooBig({ outcome, earlierTooBig = 0, settings = defaultDecisions }: AttemptEvidence): boolean {
  const isNow = outcome.status === "failed" && outcome.isTooBig === true;
  return isNow && earlierTooBig + 1 >= settings.splitAfter;
}

const takenBack = ({ failureClass, reasons }: Shortfall): AttemptDecision => ({
  kind: "rollback",
  failureClass,
  feedback: [...reasons.map((line) => `- ${line}`), "The work was taken back. Do the task again without that."].join(
    "\n",
  ),
  reasons,
});

/** The earliest stage that did not hold: later stages were looking at unproved work. */
function firstShortfall({ outcome, validation, gates, quality, settings }: AttemptEvidence): Shortfall | undefined {
  if (outcome.status === "failed") {
    const needsPerson = outcome.needsPerson === true ? "at-once" : "no";
    return { failureClass: outcome.failureClass, reasons: [outcome.message], needsPerson };
  }
  if (validation === undefined) return unproved("It was not validated.");
  if (!validation.ok) return invalid(validation);
  const found = qualityShortfall(quality, (settings ?? defaultDecisions).rollbackOn);
  if (found?.isHarm === true) return found;
  if (gates === undefined) return unproved("Its gates were not run.");
  return gateShortfall(gates) ?? found;
}

const unproved = (reason: string): Shortfall => ({ failureClass: "bug", reasons: [reason], needsPerson: "no" });

function invalid({ problems, failureClass }: Extract<ValidationVerdict, { ok: false }>): Shortfall {
  const codes = new Set(problems.map(({ code }) => code));
  const reasons = problems.map(({ message }) => message);
  const isOnlyProtected = codes.size === 1 && codes.has("protected-touched");
  const hasQuestion = codes.has("question-instead-of-work") || codes.has("protected-touched");
  const needsPerson = isOnlyProtected ? "at-once" : hasQuestion ? "in-the-end" : "no";
  return { failureClass, reasons, needsPerson, isQuestion: codes.has("question-instead-of-work") };
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

type RetryNext = Extract<AfterFailure, { kind: "retry" }>;

function retry(next: RetryNext, { failureClass, reasons }: Shortfall, evidence: AttemptEvidence): AttemptDecision {
  const { reason, withFeedback, ...how } = next;
  const feedback = withFeedback ? reasons.map((line) => `- ${line}`).join("\n") : "";
  const change = changeOf(next, failureClass, evidence);
  return { ...how, change, failureClass, feedback, reasons: [...reasons, sentence(reason)] };
}

function changeOf(next: RetryNext, failureClass: FailureClass, evidence: AttemptEvidence): readonly RetryChange[] {
  const { outcome, hasStrongerModel = false } = evidence;
  const isFull = outcome.status === "failed" && outcome.isContextFull === true;
  const place = !next.resumeSession ? "fresh-start" : isFull ? "cleared-context" : "same-conversation";
  // A turn that failed says nothing about its model: see `modelOfAttempt`.
  const isStronger = hasStrongerModel && failureClass === "recoverable" && outcome.status === "finished";
  return isStronger ? [place, "stronger-model"] : [place];
}

const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
