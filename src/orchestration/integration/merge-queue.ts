import type { CommitId, TaskId } from "../../domain/ids.ts";
import type { Attempt, DiffStat, Evidence, GateResult, Task } from "../../domain/model.ts";
import { gateFeedback, gatesOfTask, runGates } from "../../supervision/run-gates.ts";
import {
  diffOf,
  integrateAttempt,
  integrateBeside,
  isAncestor,
  jobTipRef,
  parentOf,
  standingConflict,
  type Conflicted,
  type IntegrationRequest,
  type Slot,
} from "../../workspace/index.ts";
import { checkpointBefore } from "../checkpoints/automatic-checkpoint.ts";
import { compareWithKnown, ownParsers } from "../proof/compare-with-base.ts";
import type { JobDesk } from "../desk.ts";
import { advanceJob, jobTip } from "./job-branch.ts";
import { landIntended } from "./land-intended.ts";
import { isMended, takeMendedConflict } from "./mended-conflict.ts";
import { agentOfTask } from "../profiles/task-agent.ts";
import { resolveConflict, resolverKey, type Conflict } from "./resolve-conflict.ts";
import { resultChangeOf } from "../result-cache/result-cache.ts";

type Work = { readonly task: Task; readonly attempt: Attempt; readonly signal: AbortSignal };
/** `commit` is not yet on the branch. The slot stands on it; absent: none was needed so far. */
type Merge = Work & { readonly slot?: Slot; readonly commit: CommitId };

/**
 * Brings accepted work onto the job branch, one task after another. The branch only ever moves to a commit on which the
 * gates have passed. A slot is taken where files are needed: for gates and for conflicts.
 */
export class MergeQueue {
  readonly #desk: JobDesk;

  constructor(desk: JobDesk) {
    this.#desk = desk;
  }

  /** Integrates those of the tasks that wait for it now, the longest accepted first. */
  async drain(ids: readonly TaskId[], signal: AbortSignal): Promise<void> {
    for (const { task, attempt } of await this.#waiting(ids)) {
      signal.throwIfAborted();
      await this.#integrate({ task, attempt, signal });
    }
  }

  async #waiting(ids: readonly TaskId[]): Promise<readonly { readonly task: Task; readonly attempt: Attempt }[]> {
    const { attempts, tasks: known } = this.#desk.services.state;
    // What the caller saw may have been merged since.
    const current = await Promise.all(ids.map((id) => known.get(id)));
    const accepted = current.flatMap((task) =>
      task.status === "integrating" && task.acceptedAttempt !== undefined ? [{ task, id: task.acceptedAttempt }] : [],
    );
    const waiting = await Promise.all(
      accepted.map(async ({ task, id }) => ({ task, attempt: await attempts.get(id) })),
    );
    return waiting.toSorted((a, b) => (a.attempt.endedAt ?? 0) - (b.attempt.endedAt ?? 0));
  }

  async #integrate(work: Work): Promise<void> {
    const { services, job } = this.#desk;
    const tip = await jobTip(services.repo, job.id);
    if (await this.#wasIntended(work)) return;
    if (await this.#hasNothingToMerge(work))
      return this.#complete(work, evidenceOf(work, { tip, gates: [], diff: noDiff }));
    await checkpointBefore({ services, job, taskId: work.task.id });
    await services.state.integrations.started(subjectOf(work), tip);
    const merge = await this.#merge(work, tip);
    if (merge === undefined) return;
    await services.state.integrations.merged(subjectOf(work), merge.commit);
    services.fault("integrate.merged");
    const gates = await this.#judge(merge);
    const failure = gateFeedback(gates);
    if (failure !== undefined) return this.#sendBack(merge, failure);
    services.fault("integrate.gated");
    await this.#land(merge, tip, gates);
  }

  /** Its answer is its result: the branch stays where it is, and there is no merged tree to judge. */
  async #hasNothingToMerge({ task, attempt }: Work): Promise<boolean> {
    if (attempt.diff?.files !== 0) return false;
    const gates = gatesOfTask(this.#desk.job.options.gates, task.spec.gates);
    if (!gates.some(({ on }) => on.includes("merged"))) return true;
    return (await agentOfTask(this.#desk, task.spec)).access === "read";
  }

  /** A crash after the proof was stored: only the branch, or only the record of it, is still to follow. */
  async #wasIntended(work: Work): Promise<boolean> {
    const { services, job } = this.#desk;
    const { evidence, mergedCommit } = work.task;
    if (evidence === undefined || mergedCommit === undefined) return false;
    if (!(await landIntended(services.repo, job.id, mergedCommit))) return false;
    await this.#complete(work, evidence);
    return true;
  }

  /** @returns `undefined` when a person has to settle the conflict */
  async #merge(work: Work, tip: CommitId): Promise<Merge | undefined> {
    const { services, slots } = this.#desk;
    const earlier = await this.#mergedBefore(work, tip);
    if (earlier !== undefined) return { ...work, commit: earlier };
    const request = requestOf(this.#desk, { ...work, tip, change: await this.#changeOf(work) });
    const left = await this.#placeOfConflict(work);
    if (left !== undefined && (await isMended(this.#desk, work.attempt))) {
      const mended = await takeMendedConflict(this.#desk, { ...work, slot: left, request });
      if (mended === "asked") return undefined;
      // The tip may have moved meanwhile.
      if (mended !== "nothing") return this.#merge({ ...work, task: { ...work.task, mergedCommit: mended } }, tip);
    }
    const conflict = left === undefined ? undefined : await standingConflict(left, request);
    if (left !== undefined && conflict !== undefined) {
      return this.#resolve({ ...work, slot: left, files: pathsOf(conflict), request, isFresh: false });
    }
    services.fault("integrate.started");
    const beside = await integrateBeside(services.repo, request);
    if (beside !== undefined) return { ...work, commit: beside };
    const slot = await slots.takeAt(tip, work.signal);
    const result = await integrateAttempt(slot, request);
    if (result.status === "merged") return { ...work, slot, commit: result.commit };
    const files = pathsOf(result);
    await services.state.integrations.conflicted(subjectOf(work), files);
    return this.#resolve({ ...work, slot, files, request, isFresh: true });
  }

  /** A crash while the gates ran: the merge itself, and the resolver's work in it, need not be done again. */
  async #mergedBefore({ task }: Work, tip: CommitId): Promise<CommitId | undefined> {
    const { mergedCommit } = task;
    if (mergedCommit === undefined || mergedCommit === tip) return undefined;
    return (await isAncestor(this.#desk.services.repo, tip, mergedCommit)) ? mergedCommit : undefined;
  }

  /** Where a resolver was at work: the slot is as it was left, because a slot that moves on ends its conversations. */
  async #placeOfConflict({ attempt }: Work): Promise<Slot | undefined> {
    const { services, slots } = this.#desk;
    const before = await services.state.sessions.find(resolverKey(attempt));
    return before?.slotId === undefined ? undefined : slots.takeBack(before.slotId);
  }

  /** What a person or a resolver made of the work, onto a tip that has moved since, is the work now. */
  async #changeOf({ task, attempt }: Work): Promise<Change> {
    const { mergedCommit } = task;
    if (mergedCommit === undefined) return { to: snapshotOf(attempt), from: attempt.baseCommit };
    return { to: mergedCommit, from: await parentOf(this.#desk.services.repo, mergedCommit) };
  }

  async #resolve(conflict: Conflict): Promise<Merge | undefined> {
    const { task, attempt, signal, slot } = conflict;
    const commit = await resolveConflict(this.#desk, conflict);
    return commit === undefined ? undefined : { task, attempt, signal, slot, commit };
  }

  async #judge(merge: Merge): Promise<readonly GateResult[]> {
    const { services, job } = this.#desk;
    const { task, signal } = merge;
    const gates = gatesOfTask(job.options.gates, task.spec.gates);
    if (!gates.some(({ on }) => on.includes("merged"))) return [];
    const slot = await this.#placeOf(merge);
    return runGates({
      gates,
      on: "merged",
      cwd: slot.path,
      env: { ...services.commandEnv, TUTTI_SLOT: slot.slotId },
      place: services.place,
      redact: services.redact,
      parsers: ownParsers(this.#desk),
      onFailed: (_gate, result) => Promise.resolve(compareWithKnown(this.#desk, result, merge.attempt.gates)),
      signal,
    });
  }

  /** The merged files, ready for commands. */
  async #placeOf({ slot, commit, signal }: Merge): Promise<Slot> {
    const { slots } = this.#desk;
    if (slot === undefined) return slots.takeAt(commit, signal);
    await slots.prepare(slot, signal);
    return slot;
  }

  async #sendBack({ task, attempt }: Work, feedback: string): Promise<void> {
    const { services, job } = this.#desk;
    if (attempt.outcome?.replayOf !== undefined) {
      const [reason = "A gate failed."] = feedback.split("\n", 1);
      return services.state.results.bounced(subjectOf({ task, attempt }), reason);
    }
    const history = await services.state.attempts.failureClasses(task.id);
    const counted = history.filter((failure) => failure === "recoverable" || failure === "stuck").length + 1;
    const to = counted >= job.options.maxAttempts ? "failed" : "ready";
    await services.state.integrations.bounce(subjectOf({ task, attempt }), feedback, to);
  }

  async #land(merge: Merge, tip: CommitId, gates: readonly GateResult[]): Promise<void> {
    const { services, job } = this.#desk;
    const { commit } = merge;
    const diff = await this.#diffOf(merge, tip);
    const evidence = evidenceOf(merge, { tip: commit, gates, diff });
    const subject = subjectOf(merge);
    await services.state.integrations.intend(subject, evidence);
    services.fault("integrate.intended");
    await advanceJob(services.repo, job.id, { to: commit, from: tip });
    services.fault("integrate.advanced");
    await this.#complete(merge, evidence);
    services.fault("integrate.completed");
  }

  /** On the tip that the attempt began with, its merge is what it was. */
  async #diffOf({ task, attempt, slot, commit }: Merge, tip: CommitId): Promise<DiffStat> {
    const isAsItWas = attempt.baseCommit === tip && slot === undefined && task.mergedCommit === undefined;
    if (isAsItWas && attempt.diff !== undefined) return attempt.diff;
    return (await diffOf(this.#desk.services.repo, tip, commit)).diffStat;
  }

  async #complete(work: Work, evidence: Evidence): Promise<void> {
    const change = await resultChangeOf(this.#desk, work, evidence);
    await this.#desk.services.state.integrations.complete(subjectOf(work), evidence, change);
  }
}

const noDiff: DiffStat = { files: 0, added: 0, deleted: 0 };

type Landed = { readonly tip: CommitId; readonly gates: readonly GateResult[]; readonly diff: DiffStat };

const evidenceOf = ({ task, attempt }: Pick<Work, "task" | "attempt">, { tip, gates, diff }: Landed): Evidence => ({
  attempt: attempt.id,
  attemptCommit: snapshotOf(attempt),
  mergedCommit: tip,
  gates: [...attempt.gates, ...gates],
  diff,
  expectedOutputs: task.spec.expectedOutputs,
  ...(attempt.quality?.proof === undefined ? {} : { proof: attempt.quality.proof }),
  ...(attempt.decision?.approvedBy === undefined ? {} : { approvedBy: attempt.decision.approvedBy }),
  ...(attempt.outcome?.replayOf === undefined ? {} : { replayOf: attempt.outcome.replayOf }),
});

const pathsOf = ({ files }: Conflicted): readonly string[] => files.map(({ path }) => path);

const subjectOf = ({ task, attempt }: Pick<Work, "task" | "attempt">) => ({ taskId: task.id, attemptId: attempt.id });

function snapshotOf(attempt: Attempt): CommitId {
  if (attempt.snapshotCommit === undefined) throw new Error(`accepted attempt ${attempt.id} has no snapshot`);
  return attempt.snapshotCommit;
}

type Change = { readonly from: CommitId; readonly to: CommitId };
type Wanted = Work & { readonly tip: CommitId; readonly change: Change };

const requestOf = (
  { job, services: { redact } }: JobDesk,
  { task, attempt, tip, change }: Wanted,
): IntegrationRequest => ({
  jobId: job.id,
  ref: jobTipRef(job.id),
  expectedTip: tip,
  attemptCommit: change.to,
  attemptBase: change.from,
  message: redact(`${task.spec.title}\n\n${attempt.outcome?.text.trim() ?? ""}`.trim()),
  trailers: { "Tutti-Task": task.id, "Tutti-Attempt": attempt.id },
});
