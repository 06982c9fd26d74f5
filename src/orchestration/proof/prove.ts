import { isPassed } from "../../domain/evidence.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import type { ChangedFile } from "../../domain/quality/judged-work/changed-file.ts";
import type { QualityReport } from "../../domain/quality/quality-report.ts";
import { withReview } from "../../domain/quality/review/review-standing.ts";
import { validateAttempt, type ValidationVerdict } from "../../domain/validate/validate-attempt.ts";
import type { AttemptProof } from "../../state/attempts/attempts.ts";
import { gatesOfTask, runGates } from "../../supervision/run-gates.ts";
import {
  attemptRef,
  outsideFootprint,
  protectedPaths,
  readChange,
  snapshot,
  snapshotRef,
  type Snapshot,
} from "../../workspace/index.ts";
import { compareWithBase, ownParsers } from "./compare-with-base.ts";
import { answerFacts } from "./answer-facts.ts";
import type { JobDesk } from "../desk.ts";
import { isInSnapshot } from "./is-in-snapshot.ts";
import { judgeQuality } from "./judge-quality.ts";
import type { ProofRequest } from "./proof-request.ts";
import { proveByBase, type ProvenWork } from "./prove-by-base.ts";
import { agreeWithResult } from "../attempt/watch-attempt.ts";

/**
 * What is really there, whatever the agent says: a snapshot of ours, checked without a model, then judged by the project's
 * own commands. Gates run only on work that is complete.
 */
export async function prove(desk: JobDesk, request: ProofRequest): Promise<AttemptProof> {
  const { services, job } = desk;
  const { slot, begun, lease } = request;
  const { spec } = await services.state.tasks.get(lease.taskId);
  const taken = await snapshot(slot, {
    ref: await refOf(desk, request),
    parent: begun.baseCommit,
    message: `${services.redact(spec.title)}\n\nTutti-Attempt: ${begun.id}`,
    includeIgnored: spec.expectedOutputs,
  });
  services.fault("snapshot.taken");
  if (request.outcome.replayOf === undefined) await agreeWithResult(desk, request, taken);
  const changes = await changesOf(desk, request, taken);
  const work = { ...request, spec, taken, changes };
  const verdict = await validate(desk, work);
  const gates = verdict.ok ? await judge(desk, request, spec) : [];
  if (verdict.ok) services.fault("gates.passed");
  const settings = job.options.quality;
  const isJudged = verdict.ok && settings !== undefined;
  return {
    snapshotCommit: taken.commit,
    diff: taken.diffStat,
    problems: verdict.ok ? [] : verdict.problems.map(({ message }) => message),
    verdict,
    gates,
    ...(isJudged ? { quality: await judged(desk, { ...work, gates, settings }) } : {}),
  };
}

/** What no gate refuses is told with what stands behind it. */
async function judged(desk: JobDesk, work: ProvenWork): Promise<QualityReport> {
  const report = await judgeQuality(desk, work);
  return work.gates.every(isPassed) ? { ...report, proof: withReview(await proveByBase(desk, work), report) } : report;
}

/** The agent's own work gets the attempt's ref: what was replayed may turn out not to hold, and a question was no work yet. */
async function refOf({ services, job }: JobDesk, { lease, begun, outcome }: ProofRequest): Promise<string> {
  if (outcome.replayOf !== undefined) return snapshotRef(job.id, begun.id, "replay");
  const answered = await services.state.breakpoints.answered(begun.id);
  const decided = await services.state.decisions.ofTask(lease.taskId);
  const byModel = decided.filter(({ attemptId, decision }) => attemptId === begun.id && decision.action === "clarify");
  const questions = answered.filter(({ kind }) => kind === "question").length + byModel.length;
  return questions === 0 ? attemptRef(job.id, begun.id) : snapshotRef(job.id, begun.id, `answered-${questions}`);
}

type Work = ProofRequest & {
  readonly spec: TaskSpec;
  readonly taken: Snapshot;
  /** Empty where only gates judge. */
  readonly changes: readonly ChangedFile[];
};

async function changesOf(
  { services, job }: JobDesk,
  { begun }: ProofRequest,
  taken: Snapshot,
): Promise<Work["changes"]> {
  if (job.options.quality === undefined) return [];
  return readChange(services.repo, { from: begun.baseCommit, to: taken.commit }, taken.changedFiles);
}

async function validate(desk: JobDesk, facts: Work): Promise<ValidationVerdict> {
  const { spec, taken, outcome } = facts;
  const settings = desk.job.options.quality;
  const requiresChanges = desk.job.strategy === "manager" || spec.expectedOutputs.length > 0;
  // What is replayed was said about another base.
  const isChecked = settings !== undefined && outcome.replayOf === undefined;
  const changedFiles = taken.changedFiles.map(({ path }) => path);
  const expectedOutputs = await Promise.all(
    spec.expectedOutputs.map(async (path) => ({ path, exists: await isInSnapshot(desk.services.repo, taken, path) })),
  );
  return validateAttempt({
    expectedOutputs,
    changedFiles,
    outsideFootprint: spec.footprint === undefined ? [] : outsideFootprint(changedFiles, spec.footprint),
    protectedTouched: protectedPaths(changedFiles, desk.job.options.protectedPaths),
    requiresChanges,
    agentText: outcome.text,
    ...(isChecked ? { answer: await answerFacts(desk, { ...facts, settings, requiresChanges }) } : {}),
  });
}

async function judge(desk: JobDesk, request: ProofRequest, spec: PlanTask): Promise<AttemptProof["gates"]> {
  const { services, job } = desk;
  return runGates({
    gates: gatesOfTask(job.options.gates, spec.gates),
    on: "attempt",
    cwd: request.slot.path,
    env: { ...services.commandEnv, TUTTI_SLOT: request.slot.slotId },
    place: services.place,
    redact: services.redact,
    parsers: ownParsers(desk),
    onFailed: (gate, result) =>
      compareWithBase(desk, { gate, result }, { baseCommit: request.begun.baseCommit, signal: request.signal }),
    signal: request.signal,
  });
}
