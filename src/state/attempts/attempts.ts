import type { ErrorJson } from "../../domain/errors.ts";
import type { AttemptId, CommitId, JobId, SlotId, TaskId } from "../../domain/ids.ts";
import type { Attempt, AttemptOutcome, ConversationOrigin, DiffStat, GateResult } from "../../domain/model.ts";
import type { FailureClass } from "../../domain/failure/failure-class.ts";
import { notJudged, type QualityReport } from "../../domain/quality/quality-report.ts";
import { qualityShortfalls } from "../../domain/quality/quality-settings.ts";
import type { EventData } from "../../domain/events.ts";
import type { ValidationVerdict } from "../../domain/validate/validate-attempt.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { applyDecision } from "../decisions/apply-decision.ts";
import {
  insertAttempt,
  lastAttempt,
  resumeAttempt,
  subjectOf,
  type BegunAttempt,
  type TaskLease,
} from "./begin-attempt.ts";
import type { StateContext } from "../context.ts";
import type { ExplainedDecision } from "../decisions/decisions.ts";
import { fenced } from "../fenced.ts";
import { insertHistory } from "../history/history.ts";
import { moveTask } from "../tasks/move-task.ts";
import { verdictText } from "../decisions/verdict-text.ts";
import { attemptFromRow, eventDataFromText } from "../rows.ts";

export type AttemptProof = {
  readonly snapshotCommit: CommitId;
  readonly diff: DiffStat;
  readonly problems: readonly string[];
  readonly verdict: ValidationVerdict;
  readonly gates: readonly GateResult[];
  /** Absent in what older versions wrote, and where the work was not fit to be judged. */
  readonly quality?: QualityReport;
};

/** Commands and queries on attempts. Every write names the lease it is made under; an old one is refused. */
export class Attempts {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * @param model - for a new attempt; one that goes on keeps its own
   * @throws {TuttiError} `LEASE_LOST`
   */
  async begin(lease: TaskLease, tip: CommitId, model?: string): Promise<BegunAttempt> {
    const at = this.#context.now();
    return this.#fenced(lease, async (tx) => {
      const last = await lastAttempt(tx, lease.taskId);
      await moveTask(tx, { id: lease.taskId, to: "running", at });
      if (last?.status === "running" || last?.status === "interrupted") return resumeAttempt(tx, { last, lease, at });
      return insertAttempt(tx, { last, lease, tip, model, at });
    });
  }

  /** Says in which slot the attempt works; written before the agent starts, so that a reclaimer knows what to rescue. */
  async placeIn(lease: TaskLease, attemptId: AttemptId, slotId: SlotId): Promise<void> {
    await this.#fenced(lease, async (tx) => {
      await tx.updateTable("attempts").set({ slot_id: slotId }).where("id", "=", attemptId).execute();
    });
  }

  /** Says whose conversation the attempt's own goes on from, or why it can't. */
  async noteOrigin(lease: TaskLease, attemptId: AttemptId, origin: ConversationOrigin): Promise<void> {
    const at = this.#context.now();
    const { of: relation, attempt = null, isForked, reason = "" } = origin;
    await this.#fenced(lease, async (tx) => {
      await tx
        .updateTable("attempts")
        .set({ origin: JSON.stringify(origin) })
        .where("id", "=", attemptId)
        .execute();
      const subject = subjectOf(lease, attemptId);
      const from = { of: relation, from: attempt };
      if (isForked) await appendEvent(tx, { at, type: "conversation-forked", subject, data: from });
      else await appendEvent(tx, { at, type: "conversation-missed", subject, data: { ...from, reason } });
    });
  }

  /**
   * The attempt of a batch whose conversation the next one goes on from: the last one that was accepted with the same model.
   * One whose work was replayed had no conversation; it comes only where there is no other.
   */
  async lastOfBatch(jobId: JobId, { batch, model }: { batch: string; model: string }): Promise<Attempt | undefined> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("tasks")
        .innerJoin("attempts", "attempts.id", "tasks.accepted_attempt")
        .selectAll("attempts")
        .where("tasks.job_id", "=", jobId)
        .where("tasks.batch", "=", batch)
        .where("attempts.model", "=", model)
        // No text inside the outcome looks like that: there the quotes are escaped.
        .orderBy(({ eb }) => eb.case().when("attempts.outcome", "like", '%"replayOf":{%').then(1).else(0).end())
        .orderBy("attempts.ended_at", "desc")
        .orderBy("attempts.id", "desc")
        .executeTakeFirst(),
    );
    return row && attemptFromRow(row);
  }

  async recordOutcome(lease: TaskLease, attemptId: AttemptId, outcome: AttemptOutcome): Promise<void> {
    const at = this.#context.now();
    await this.#fenced(lease, async (tx) => {
      await tx
        .updateTable("attempts")
        .set({ outcome: JSON.stringify(outcome) })
        .where("id", "=", attemptId)
        .execute();
      await moveTask(tx, { id: lease.taskId, to: "validating", at });
      const { status, durationMs, usage, error } = outcome;
      const data = { status, durationMs, usage, ...(error === undefined ? {} : { error }) };
      await appendEvent(tx, { at, type: "attempt-executed", subject: subjectOf(lease, attemptId), data });
      for (const denial of outcome.permissionDenials) {
        await appendEvent(tx, { at, type: "permission-denied", subject: subjectOf(lease, attemptId), data: denial });
      }
    });
  }

  async recordProof(lease: TaskLease, attemptId: AttemptId, proof: AttemptProof): Promise<void> {
    const at = this.#context.now();
    const subject = subjectOf(lease, attemptId);
    await this.#fenced(lease, async (tx) => {
      const validation = JSON.stringify({ problems: proof.problems, diff: proof.diff, quality: proof.quality });
      await tx
        .updateTable("attempts")
        .set({ snapshot_commit: proof.snapshotCommit, validation, gates: JSON.stringify(proof.gates) })
        .where("id", "=", attemptId)
        .execute();
      const snapshot = { commit: proof.snapshotCommit, ...proof.diff };
      await appendEvent(tx, { at, type: "attempt-snapshotted", subject, data: snapshot });
      const verdict = { isOk: proof.problems.length === 0, problems: proof.problems };
      await insertHistory(tx, { ...subject, at, kind: "verdict", role: "tutti", ...verdictText(proof) });
      await appendEvent(tx, { at, type: "attempt-validated", subject, data: verdict });
      for (const gate of proof.gates) {
        const { name, on, isOk, exitCode, durationMs } = gate;
        await appendEvent(tx, { at, type: "gate-finished", subject, data: { name, on, isOk, exitCode, durationMs } });
      }
      if (proof.quality !== undefined) {
        await appendEvent(tx, { at, type: "attempt-judged", subject, data: judgementOf(proof.quality) });
      }
    });
  }

  /** Writes the decision and moves the task to where it says, in one transaction. */
  async decide(lease: TaskLease, attemptId: AttemptId, explained: ExplainedDecision): Promise<void> {
    const at = this.#context.now();
    await this.#fenced(lease, (tx) => applyDecision(tx, { lease, attemptId, at }, explained));
  }

  async list(taskId: TaskId): Promise<readonly Attempt[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("attempts").selectAll().where("task_id", "=", taskId).orderBy("number").execute(),
    );
    return rows.map(attemptFromRow);
  }

  /** Those of a job that were begun and have not come to an end. */
  async unfinished(jobId: JobId): Promise<readonly Attempt[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("attempts")
        .selectAll()
        .where("job_id", "=", jobId)
        .where("status", "in", ["running", "interrupted"])
        .where("taken_back_by", "is", null)
        .execute(),
    );
    return rows.map(attemptFromRow);
  }

  async get(id: AttemptId): Promise<Attempt> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("attempts").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
    );
    return attemptFromRow(row);
  }

  /** Why earlier turns at this task ended without acceptance, oldest first; a person's retry starts a new count. */
  async failureClasses(taskId: TaskId): Promise<readonly FailureClass[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("events")
        .select(["type", "data"])
        .where("task_id", "=", taskId)
        .where("type", "in", ["attempt-decided", "task-status-changed"])
        .orderBy("seq")
        .execute(),
    );
    const classes: FailureClass[] = [];
    for (const { type, data } of rows) {
      if (type === "attempt-decided") {
        const { failureClass } = eventDataFromText("attempt-decided", data);
        if (failureClass !== undefined) classes.push(failureClass);
      } else if (eventDataFromText("task-status-changed", data).to === "pending") classes.length = 0;
    }
    return classes;
  }

  /** Turns of a job that failed for good since a moment: with the error that ended them. */
  async failedOutcomes(
    jobId: JobId,
    since: number,
  ): Promise<readonly { readonly taskId: TaskId; readonly error: ErrorJson }[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("attempts")
        .selectAll()
        .where("job_id", "=", jobId)
        .where("status", "=", "rejected")
        .where("ended_at", ">=", since)
        // What its gates refused has none; this saves parsing it.
        .where("outcome", "like", '%"error":%')
        .orderBy("ended_at")
        .execute(),
    );
    return rows
      .map(attemptFromRow)
      .flatMap(({ taskId, outcome }) => (outcome?.error === undefined ? [] : [{ taskId, error: outcome.error }]));
  }

  async #fenced<T>(lease: TaskLease, command: (tx: Tx) => Promise<T>): Promise<T> {
    return fenced(this.#context, lease, command);
  }
}

const judgementOf = (quality: QualityReport): EventData["attempt-judged"] => ({
  ...(quality.score === undefined ? {} : { score: quality.score }),
  failed: quality.stages.filter(({ status }) => status === "failed").map(({ name }) => name),
  notJudged: notJudged(quality),
  blockers: qualityShortfalls(quality),
});
