import type { AttemptDecision as Verdict } from "../../domain/decide/attempt-evidence.ts";
import { decideAttempt } from "../../domain/decide/decide-attempt.ts";
import { explainDecision, explainSettled } from "../../domain/decide/explain-decision.ts";
import { backoffMs } from "../../domain/failure/backoff.ts";
import type { AttemptDecision, AttemptOutcome } from "../../domain/model.ts";
import { qualityShortfalls } from "../../domain/quality/quality-settings.ts";
import { reviewStanding } from "../../domain/quality/review/review-standing.ts";
import type { AttemptProof } from "../../state/attempts/attempts.ts";
import type { ExplainedDecision } from "../../state/decisions/decisions.ts";
import { gateFeedback } from "../../supervision/run-gates.ts";
import { gatherEvidence, type DecisionRequest, type GatheredEvidence } from "./decision-evidence.ts";
import type { JobDesk } from "../desk.ts";
import { clarify } from "./clarify.ts";
import type { ManagersAnswer } from "./ask-manager.ts";
import { meansFor } from "./means.ts";
import { replan } from "./replan.ts";
import { splitTask } from "./split.ts";
import { filesBefore } from "./roll-back.ts";
import { isOverTaskBudget } from "../budget/spending.ts";
import { turnDownReplay } from "../result-cache/replay-result.ts";

/**
 * Gathers the facts, lets the domain decide, and gets what the decision needs of others: an answer, parts, another way. Whoever gives
 * none is left out, and it is decided again.
 */
export async function decide(desk: JobDesk, request: DecisionRequest): Promise<ExplainedDecision> {
  let means = request.outcome.replayOf === undefined ? await meansFor(desk, request) : {};
  for (;;) {
    const gathered = await gatherEvidence(desk, request, means);
    const verdict = decideAttempt(gathered.evidence);
    const needed = await obtain(desk, request, verdict);
    if (needed.status === "none") {
      means = { ...means, [verdict.kind]: { isThere: false, why: needed.why } };
      continue;
    }
    const explanation = explainDecision(gathered.evidence, verdict);
    if (request.outcome.replayOf !== undefined) {
      const onReplay = decideOnReplay(desk, request, verdict);
      const says = onReplay.reasons[0] ?? "the agent does the work itself";
      return { ...onReplay, explanation: explainSettled(explanation, onReplay.action, { rule: "replay", says }) };
    }
    const decision = withConfidence(toDecision(desk, request, verdict), verdict, gathered);
    return { ...decision, ...needed.extra, explanation };
  }
}

type Needed =
  | { readonly status: "got"; readonly extra: Partial<AttemptDecision> }
  /** Nobody gave it; `why` stands in the explanation. */
  | { readonly status: "none"; readonly why: string };

async function obtain(desk: JobDesk, request: DecisionRequest, { kind }: Verdict): Promise<Needed> {
  switch (kind) {
    case "clarify":
      return clarify(desk, request);
    case "split":
      return extraOf(await splitTask(desk, request));
    case "replan":
      return extraOf(await replan(desk, request));
    case "rollback":
      return { status: "got", extra: await filesBefore(desk, request) };
    default:
      return { status: "got", extra: {} };
  }
}

const extraOf = (answer: ManagersAnswer<Partial<AttemptDecision>>): Needed =>
  answer.status === "got" ? { status: "got", extra: answer.value } : answer;

/** Also of work that is asked about because it is not sure enough. */
function withConfidence(
  decision: AttemptDecision,
  { kind }: Verdict,
  { confidence }: GatheredEvidence,
): AttemptDecision {
  const isJudged = kind === "accept" || kind === "ask";
  return isJudged && confidence !== undefined ? { ...decision, confidence } : decision;
}

/** A person who lets it be tried again wants something else; only what says nothing about the work may be replayed again. */
function decideOnReplay(desk: JobDesk, request: DecisionRequest, verdict: Verdict): AttemptDecision {
  const { kind, reasons } = verdict;
  if (kind === "retry" || kind === "rollback" || kind === "fail") return turnDownReplay(reasons);
  // Nobody has tried yet in this job: there is nothing to ask a person about.
  const { quality } = request.proof ?? {};
  if (kind === "ask" && quality !== undefined && reviewStanding(quality) === "failed") return turnDownReplay(reasons);
  const decision = toDecision(desk, request, verdict);
  const isUnfit = kind === "ask" && request.proof?.verdict.ok === false;
  return isUnfit ? { ...decision, replayMiss: reasons.join(" ") } : { ...decision, feedback: undefined };
}

function toDecision(desk: JobDesk, request: DecisionRequest, verdict: Verdict): AttemptDecision {
  const { reasons } = verdict;
  const plain = { reasons, countsAsAttempt: false, resumeSession: false, delayMs: 0, feedback: undefined };
  if (verdict.kind === "accept") return { ...plain, action: "accept" };
  const { failureClass } = verdict;
  const failed = failureClass === undefined ? {} : { failureClass };
  // A question is no failure: it neither counts nor asks for a stronger model.
  if (verdict.kind === "clarify") return { ...plain, action: "clarify", resumeSession: true };
  if (verdict.kind === "rollback") {
    return { ...plain, action: "rollback", ...failed, countsAsAttempt: true, feedback: verdict.feedback };
  }
  if (verdict.kind === "split") {
    const feedback = `${reasons.join("\n")}\nIt was cut into parts, which are done now: finish what is left, and check the whole.`;
    return { ...plain, action: "split", ...failed, countsAsAttempt: true, feedback };
  }
  if (verdict.kind !== "retry") {
    const { error } = request.outcome;
    // With more money the agent goes on where it stopped.
    const resumeSession = error !== undefined && isOverTaskBudget(error);
    return { ...plain, action: verdict.kind, ...failed, resumeSession, feedback: reasons.join("\n") };
  }
  return {
    action: "retry",
    ...failed,
    reasons,
    countsAsAttempt: verdict.countsAsAttempt,
    resumeSession: verdict.resumeSession,
    change: verdict.change,
    delayMs: delayOf(desk, request.outcome, verdict),
    feedback: verdict.feedback === "" ? undefined : feedbackOf(verdict.feedback, request.proof),
  };
}

function delayOf(
  desk: JobDesk,
  outcome: AttemptOutcome,
  { delayBackoff, waitNumber }: Extract<Verdict, { kind: "retry" }>,
): number {
  if (delayBackoff === undefined) return 0;
  return Math.max(outcome.retryAfterMs ?? 0, backoffMs(delayBackoff, waitNumber, desk.services.random()));
}

/** Of everything that was found at once: an attempt for each finding would be one too many. */
function feedbackOf(reasons: string, proof: AttemptProof | null): string {
  const fromGates = proof === null ? undefined : gateFeedback(proof.gates);
  if (fromGates === undefined) return reasons;
  const stages = proof?.quality?.stages.filter(({ name }) => name !== "commands") ?? [];
  const found = qualityShortfalls({ stages }).map((line) => `- ${line}`);
  return found.length === 0 ? fromGates : `${fromGates}\n\nBesides:\n${found.join("\n")}`;
}
