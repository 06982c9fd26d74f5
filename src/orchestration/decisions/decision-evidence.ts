import type { AttemptEvidence, AttemptOutcome as Turn, DecisionMeans } from "../../domain/decide/attempt-evidence.ts";
import { fitCalibration } from "../../domain/decide/calibration.ts";
import type { Confidence } from "../../domain/decide/confidence.ts";
import { confidenceOf } from "../../domain/decide/confidence-of.ts";
import { defaultDecisions, type DecisionSettings } from "../../domain/decide/decision-settings.ts";
import { modelLadder } from "../../domain/decide/model-of-attempt.ts";
import { tallyFailures } from "../../domain/failure/failure-tally.ts";
import { isContextFull } from "../../domain/failure/classify.ts";
import { defaultRetryLimits } from "../../domain/failure/retry-policy.ts";
import { isPassed } from "../../domain/evidence.ts";
import { qualityShortfalls } from "../../domain/quality/quality-settings.ts";
import type { ErrorJson } from "../../domain/errors.ts";
import type { AttemptOutcome, GateResult } from "../../domain/model.ts";
import type { AttemptProof } from "../../state/attempts/attempts.ts";
import { diffOf, matchingPaths } from "../../workspace/index.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";
import { agentOfTask } from "../profiles/task-agent.ts";
import { isOverTaskBudget } from "../budget/spending.ts";

export type DecisionRequest = AttemptStep & {
  readonly outcome: AttemptOutcome;
  readonly proof: AttemptProof | null;
  /** Aborts when this process is to stop. */
  readonly signal: AbortSignal;
};

export type GatheredEvidence = {
  readonly evidence: AttemptEvidence;
  /** Only of work that was judged and that no rule refuses so far. */
  readonly confidence: Confidence | undefined;
};

export const decisionSettings = ({ job }: Pick<JobDesk, "job">): DecisionSettings =>
  job.options.decisions ?? defaultDecisions;

/** All that the decision is made of, from the state and from what was proved. */
export async function gatherEvidence(
  desk: JobDesk,
  request: DecisionRequest,
  means: DecisionMeans,
): Promise<GatheredEvidence> {
  const { lease, begun, outcome, proof } = request;
  const { state } = desk.services;
  const { maxAttempts, maxTransientRetries } = desk.job.options;
  const [task, attempts, earlierFailures] = await Promise.all([
    state.tasks.get(lease.taskId),
    state.attempts.list(lease.taskId),
    state.attempts.failureClasses(lease.taskId),
  ]);
  const { profile, access } = await agentOfTask(desk, task.spec);
  const evidence: AttemptEvidence = {
    outcome: turnOf(outcome),
    validation: proof?.verdict,
    gates: proof === null ? undefined : proof.gates.map(gateVerdict),
    quality: proof?.quality,
    asksUnproved: desk.job.options.quality?.unproved === "ask",
    // What changes nothing has nothing to be reviewed.
    asksUnreviewed: desk.job.options.quality?.review === "required" && (proof?.diff.files ?? 0) > 0,
    earlierFailures,
    earlierTooBig: attempts.filter(({ id, outcome: ended }) => id !== begun.id && isLimit(ended?.error)).length,
    hasStrongerModel: hasStrongerModel(modelLadder(task.spec, desk.job.options, profile), begun.model),
    limits: { ...defaultRetryLimits, maxAttempts, maxTransient: maxTransientRetries },
    means,
    settings: access === "read" ? withoutConfidence(decisionSettings(desk)) : decisionSettings(desk),
  };
  const confidence = access === "read" ? undefined : await confidenceOfProof(desk, request, evidence);
  return { evidence: { ...evidence, confidence: confidence?.score }, confidence };
}

/** Nothing of it is merged, so that there is nothing to be sure of first. */
const withoutConfidence = ({ minConfidence: _any, ...settings }: DecisionSettings): DecisionSettings => settings;

const hasStrongerModel = (ladder: readonly string[], model: string | undefined): boolean =>
  model !== undefined && ladder.includes(model) && ladder.at(-1) !== model;

async function confidenceOfProof(
  desk: JobDesk,
  { begun, proof }: DecisionRequest,
  { earlierFailures }: AttemptEvidence,
): Promise<Confidence | undefined> {
  if (proof === null || !proof.verdict.ok || !proof.gates.every(isPassed)) return undefined;
  if (proof.quality !== undefined && qualityShortfalls(proof.quality).length > 0) return undefined;
  const { outcomes } = desk.services.state;
  const { sensitivePaths, calibrateAfter } = decisionSettings(desk);
  const [{ changedFiles }, scored, history] = await Promise.all([
    diffOf(desk.services.repo, begun.baseCommit, proof.snapshotCommit),
    outcomes.scored(),
    begun.model === undefined ? undefined : outcomes.trackRecord(begun.model),
  ]);
  const paths = changedFiles.map(({ path }) => path);
  const facts = {
    gates: proof.gates,
    isValid: proof.verdict.ok,
    quality: proof.quality,
    earlierTries: tallyFailures(earlierFailures).counted,
    diff: proof.diff,
    sensitiveFiles: matchingPaths(paths, sensitivePaths).length,
    history,
  };
  return confidenceOf(facts, fitCalibration(scored, calibrateAfter));
}

function turnOf({ error }: AttemptOutcome): Turn {
  if (error === undefined) return { status: "finished" };
  return {
    status: "failed",
    failureClass: error.failureClass,
    message: error.message,
    needsPerson: isOverTaskBudget(error) || error.code === "PERMISSION_REQUIRED",
    isTooBig: isLimit(error),
    isContextFull: isContextFull(error.message),
  };
}

/** The turn came to an end that says: too much for one agent. */
const isLimit = (error: ErrorJson | undefined): boolean =>
  error !== undefined && (error.code === "AGENT_TIMED_OUT" || isOverTaskBudget(error) || isContextFull(error.message));

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
