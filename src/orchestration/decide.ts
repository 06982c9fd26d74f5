import { decideAttempt, type AttemptDecision as Verdict } from "../domain/decide/decide-attempt.ts";
import { backoffMs } from "../domain/failure/backoff.ts";
import type { FailureClass } from "../domain/failure/failure-class.ts";
import { isPassed } from "../domain/evidence.ts";
import { defaultRetryLimits } from "../domain/failure/retry-policy.ts";
import { qualityShortfalls } from "../domain/quality/quality-settings.ts";
import type { AttemptDecision, AttemptOutcome, GateResult } from "../domain/model.ts";
import type { AttemptProof } from "../state/attempts.ts";
import { gateFeedback } from "../supervision/run-gates.ts";
import type { AttemptStep, JobDesk } from "./desk.ts";
import { isOverTaskBudget } from "./spending.ts";
import { turnDownReplay } from "./replay-result.ts";

export type DecisionRequest = AttemptStep & { readonly outcome: AttemptOutcome; readonly proof: AttemptProof | null };

/** Gathers the facts, lets the domain decide, and adds what a prompt needs of the evidence. */
export async function decide(desk: JobDesk, request: DecisionRequest): Promise<AttemptDecision> {
  const { outcome, proof } = request;
  const { maxAttempts, maxTransientRetries } = desk.job.options;
  const verdict = decideAttempt({
    outcome: factsOf(outcome),
    validation: proof?.verdict,
    gates: proof === null ? undefined : proof.gates.map(gateVerdict),
    quality: proof?.quality,
    earlierFailures: await earlierFailures(desk, request),
    limits: { ...defaultRetryLimits, maxAttempts, maxTransient: maxTransientRetries },
  });
  if (outcome.replayOf !== undefined) return decideOnReplay(desk, request, verdict);
  return toDecision(desk, request, verdict);
}

/** A person who lets it be tried again wants something else; only what says nothing about the work may be replayed again. */
function decideOnReplay(desk: JobDesk, request: DecisionRequest, verdict: Verdict): AttemptDecision {
  const { kind, reasons } = verdict;
  if (kind === "retry" || kind === "fail") return turnDownReplay(reasons);
  const decision = toDecision(desk, request, verdict);
  const isUnfit = kind === "ask" && request.proof?.verdict.ok === false;
  return isUnfit ? { ...decision, replayMiss: reasons.join(" ") } : { ...decision, feedback: undefined };
}

const factsOf = (outcome: AttemptOutcome) =>
  outcome.error === undefined
    ? ({ status: "finished" } as const)
    : ({
        status: "failed",
        failureClass: outcome.error.failureClass,
        message: outcome.error.message,
        needsPerson: isOverTaskBudget(outcome.error),
      } as const);

/** What a shell answers when it can't start a command (POSIX, "Exit Status for Commands"): no fault of the work. */
const cannotRun: ReadonlySet<number | null> = new Set([126, 127]);

const gateVerdict = (gate: GateResult) => ({
  name: gate.name,
  status: isPassed(gate)
    ? ("passed" as const)
    : cannotRun.has(gate.exitCode)
      ? ("broken" as const)
      : ("failed" as const),
  summary: gate.exitCode === null ? "it was stopped" : `exit code ${gate.exitCode}`,
});

/** Of every turn at this task before this one, oldest first. */
async function earlierFailures(desk: JobDesk, { lease }: DecisionRequest): Promise<readonly FailureClass[]> {
  return desk.services.state.attempts.failureClasses(lease.taskId);
}

function toDecision(desk: JobDesk, request: DecisionRequest, verdict: Verdict): AttemptDecision {
  const { reasons } = verdict;
  const plain = { reasons, countsAsAttempt: false, resumeSession: false, delayMs: 0, feedback: undefined };
  if (verdict.kind === "accept") return { ...plain, action: "accept" };
  const { failureClass } = verdict;
  if (verdict.kind !== "retry") {
    const { error } = request.outcome;
    // With more money the agent goes on where it stopped.
    const resumeSession = error !== undefined && isOverTaskBudget(error);
    return { ...plain, action: verdict.kind, failureClass, resumeSession, feedback: reasons.join("\n") };
  }
  return {
    action: "retry",
    failureClass,
    reasons,
    countsAsAttempt: verdict.countsAsAttempt,
    resumeSession: verdict.resumeSession,
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
