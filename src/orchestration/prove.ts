import type { AttemptOutcome } from "../domain/model.ts";
import type { PlanTask } from "../domain/plan/plan-schema.ts";
import { validateAttempt, type ValidationVerdict } from "../domain/validate/validate-attempt.ts";
import type { AttemptProof } from "../state/attempts.ts";
import type { BegunAttempt, TaskLease } from "../state/begin-attempt.ts";
import { gatesOfTask, runGates } from "../supervision/run-gates.ts";
import {
  attemptRef,
  existsAt,
  outsideFootprint,
  protectedPaths,
  snapshot,
  snapshotRef,
  type Slot,
  type Snapshot,
} from "../workspace/index.ts";
import type { JobDesk } from "./desk.ts";

export type ProofRequest = {
  readonly slot: Slot;
  readonly lease: TaskLease;
  readonly begun: BegunAttempt;
  readonly outcome: AttemptOutcome;
  readonly signal: AbortSignal;
};

/**
 * What is really there, whatever the agent says: a snapshot of ours, checked without a model, then judged by the project's
 * own commands. Gates run only on work that is complete.
 */
export async function prove(desk: JobDesk, request: ProofRequest): Promise<AttemptProof> {
  const { services, job } = desk;
  const { slot, begun, lease } = request;
  const { spec } = await services.state.tasks.get(lease.taskId);
  const taken = await snapshot(slot, {
    // What was replayed may turn out not to hold: the agent's own work gets the attempt's ref.
    ref:
      request.outcome.replayOf === undefined ? attemptRef(job.id, begun.id) : snapshotRef(job.id, begun.id, "replay"),
    parent: begun.baseCommit,
    message: `${spec.title}\n\nTutti-Attempt: ${begun.id}`,
    includeIgnored: spec.expectedOutputs,
  });
  services.fault("snapshot.taken");
  const verdict = await validate(desk, { ...request, spec, taken });
  const gates = verdict.ok ? await judge(desk, request, spec) : [];
  if (verdict.ok) services.fault("gates.passed");
  return {
    snapshotCommit: taken.commit,
    diff: taken.diffStat,
    problems: verdict.ok ? [] : verdict.problems.map(({ message }) => message),
    verdict,
    gates,
  };
}

async function validate(
  desk: JobDesk,
  facts: ProofRequest & { readonly spec: PlanTask; readonly taken: Snapshot },
): Promise<ValidationVerdict> {
  const { spec, taken, outcome } = facts;
  const changedFiles = taken.changedFiles.map(({ path }) => path);
  const expectedOutputs = await Promise.all(
    spec.expectedOutputs.map(async (path) => ({ path, exists: await isThere(desk, taken, path) })),
  );
  return validateAttempt({
    expectedOutputs,
    changedFiles,
    outsideFootprint: spec.footprint === undefined ? [] : outsideFootprint(changedFiles, spec.footprint),
    protectedTouched: protectedPaths(changedFiles, desk.job.options.protectedPaths),
    requiresChanges: desk.job.strategy !== "manual" || spec.expectedOutputs.length > 0,
    agentText: outcome.text,
  });
}

/** What the attempt changed is known; only of the rest git has to be asked. */
async function isThere({ services }: JobDesk, { commit, changedFiles }: Snapshot, path: string): Promise<boolean> {
  const change = changedFiles.find((file) => file.path === path);
  if (change !== undefined && change.status !== "deleted") return true;
  return existsAt(services.repo, commit, path);
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
    signal: request.signal,
  });
}
