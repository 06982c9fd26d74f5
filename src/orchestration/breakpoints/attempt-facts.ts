import { reviewStanding } from "../../domain/quality/review/review-standing.ts";
import type { BreakpointKind } from "../../domain/breakpoint/answers.ts";
import type { Facts } from "../../domain/breakpoint/facts.ts";
import { totalUsage, type Usage } from "../../domain/budget/usage.ts";
import type { AttemptDecision, AttemptOutcome } from "../../domain/model.ts";
import type { AttemptProof } from "../../state/attempts/attempts.ts";
import { diffOf } from "../../workspace/index.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";

export type Decided = AttemptStep & {
  readonly outcome: AttemptOutcome;
  readonly proof: AttemptProof | null;
  readonly decision: AttemptDecision;
  /** Aborts when this process is to stop. */
  readonly signal: AbortSignal;
};

const costOf = (usage: Usage): number | undefined => totalUsage(usage).costUsd ?? undefined;

/** What is known of a task whoever asks. */
export async function taskFacts(desk: JobDesk, { lease, begun }: AttemptStep): Promise<Facts> {
  const { sessions, tasks } = desk.services.state;
  const { key } = await tasks.get(lease.taskId);
  return {
    strategy: desk.job.strategy,
    jobCostUsd: costOf(await sessions.usageOfJob(desk.job.id)),
    taskCostUsd: costOf(await sessions.usageOfTask(lease.taskId)),
    task: key,
    attempt: begun.number,
    role: "worker",
    model: begun.model ?? desk.job.options.models.worker,
  };
}

/** Everything that is known of an attempt when it has been decided on. */
export async function attemptFacts(desk: JobDesk, kind: BreakpointKind, decided: Decided): Promise<Facts> {
  const { outcome, proof, decision, lease } = decided;
  const before = await desk.services.state.attempts.failureClasses(lease.taskId);
  const otherwise = before.findLastIndex((failureClass) => failureClass !== decision.failureClass);
  return {
    ...(await taskFacts(desk, decided)),
    costUsd: costOf(outcome.usage),
    decision: decision.action,
    failureClass: decision.failureClass ?? "none",
    failures: before.length - otherwise,
    question: outcome.text,
    limitUsd: limitOf(outcome),
    ...(proof === null ? {} : await workFacts(desk, decided, proof)),
  };
}

async function workFacts(desk: JobDesk, { begun, outcome, decision }: Decided, proof: AttemptProof): Promise<Facts> {
  const { confidence } = decision;
  const { diff, gates, verdict, quality } = proof;
  return {
    confidence: confidence?.score,
    isCalibrated: confidence?.isCalibrated,
    qualityScore: quality?.score,
    proof: quality?.proof?.level,
    review: quality === undefined ? "none" : reviewStanding(quality),
    findings: quality?.stages.flatMap(({ findings }) => findings.map(({ code }) => code)),
    problems: verdict.ok ? [] : verdict.problems.map(({ code }) => code),
    filesTouched: diff.files,
    linesChanged: diff.added + diff.deleted,
    paths: await changedPaths(desk, { from: begun.baseCommit, to: proof.snapshotCommit }),
    gates: gates.filter(({ isOk }) => isOk).map(({ name }) => name),
    failedGates: gates.filter(({ isOk }) => !isOk).map(({ name }) => name),
    isReplayed: outcome.replayOf !== undefined,
  };
}

export async function changedPaths(
  { services }: Pick<JobDesk, "services">,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  return (await diffOf(services.repo, from, to)).changedFiles.map(({ path }) => path);
}

export function limitOf({ error }: AttemptOutcome): number | undefined {
  const limitUsd = error?.context["limitUsd"];
  return typeof limitUsd === "number" ? limitUsd : undefined;
}
