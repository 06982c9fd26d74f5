import { TuttiError } from "../../domain/errors.ts";
import { jobOfTask, type AttemptId, type CommitId, type JobId, type TaskId } from "../../domain/ids.ts";
import type { AttemptDecision, Evidence } from "../../domain/model.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { keepResult, type ResultChange } from "../results/keep-result.ts";
import { insertDecision } from "../decisions/decisions.ts";
import { letGoOfMerges, type LettingGo } from "./let-go-of-merges.ts";
import { moveTask } from "./move-task.ts";
import { noteOutcome } from "../decisions/outcomes.ts";

export type IntegrationSubject = { readonly taskId: TaskId; readonly attemptId: AttemptId };

/** What the merge queue writes. Only the job's coordinator calls it; a merge that was let go of meanwhile is refused with `LEASE_LOST`. */
export class Integrations {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async started(subject: IntegrationSubject, onto: CommitId): Promise<void> {
    await this.#say(subject, "integration-started", { onto });
  }

  async conflicted(subject: IntegrationSubject, files: readonly string[]): Promise<void> {
    await this.#say(subject, "integration-conflicted", { files });
  }

  /** The merged commit, not yet judged: whoever goes on after a death need not merge again, nor ask a resolver again. */
  async merged(subject: IntegrationSubject, commit: CommitId): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await assertMerging(tx, subject);
      const set = { merged_commit: commit, evidence: null };
      await tx.updateTable("tasks").set(set).where("id", "=", subject.taskId).execute();
    });
  }

  /** Stores the proof before the branch moves to its commit, so that a crash between the two is no second merge. */
  async intend(subject: IntegrationSubject, evidence: Evidence): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await assertMerging(tx, subject);
      const set = { merged_commit: evidence.mergedCommit, evidence: JSON.stringify(evidence) };
      await tx.updateTable("tasks").set(set).where("id", "=", subject.taskId).execute();
    });
  }

  /** The one way to become completed: with its evidence and what that means for the result cache, in one transaction. */
  async complete(subject: IntegrationSubject, evidence: Evidence, change?: ResultChange): Promise<void> {
    const at = this.#context.now();
    const { taskId, attemptId } = subject;
    await this.#context.store.write(async (tx) => {
      await assertMerging(tx, subject);
      const set = { evidence: JSON.stringify(evidence), merged_commit: evidence.mergedCommit };
      const place = { jobId: jobOfTask(taskId), taskId, attemptId };
      for (const gate of evidence.gates.filter((result) => result.on === "merged")) {
        const { name, on, isOk, exitCode, durationMs } = gate;
        await appendEvent(tx, {
          at,
          type: "gate-finished",
          subject: place,
          data: { name, on, isOk, exitCode, durationMs },
        });
      }
      await appendEvent(tx, {
        at,
        type: "integration-finished",
        subject: place,
        data: { commit: evidence.mergedCommit },
      });
      await moveTask(tx, { id: taskId, to: "completed", at, set });
      await noteOutcome(tx, attemptId, { held: true, why: "merged", at });
      if (change !== undefined) await keepResult(tx, subject, { change, at });
    });
  }

  /** Sends accepted work back: another attempt from the new tip, with the reason in its prompt. */
  async bounce(subject: IntegrationSubject, feedback: string, to: "ready" | "failed" | "waiting"): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      await assertMerging(tx, subject);
      await tx
        .updateTable("attempts")
        .set({ status: "bounced", feedback, decision: null })
        .where("id", "=", subject.attemptId)
        .execute();
      const row = await tx
        .selectFrom("tasks")
        .select(["round", "failures"])
        .where("id", "=", subject.taskId)
        .executeTakeFirstOrThrow();
      const set = {
        accepted_attempt: null,
        merged_commit: null,
        evidence: null,
        failures: row.failures + 1,
        ...(to === "ready" ? { round: row.round + 1, fence_token: 0 } : {}),
      };
      const place = { jobId: jobOfTask(subject.taskId), taskId: subject.taskId, attemptId: subject.attemptId };
      const data = { decision: "bounce", reasons: [firstLine(feedback)], failureClass: "recoverable" } as const;
      await appendEvent(tx, { at, type: "attempt-decided", subject: place, data });
      await insertDecision(tx, place, { at, decision: bounced(feedback) });
      await noteOutcome(tx, subject.attemptId, { held: false, why: "bounced", at });
      await moveTask(tx, { id: subject.taskId, to, at, reason: firstLine(feedback), set });
    });
  }

  /**
   * Ends what is left to merge of a job that was cancelled, where nobody is at it.
   * @returns what was ended; a merge that is intended by now is not, unless it is said that it can't land
   */
  letGo(jobId: JobId, how: Omit<LettingGo, "jobId" | "at">): Promise<readonly TaskId[]> {
    const at = this.#context.now();
    return this.#context.store.write((tx) => letGoOfMerges(tx, { ...how, jobId, at }));
  }

  async #say(
    subject: IntegrationSubject,
    ...[type, data]:
      ["integration-started", { onto: string }] | ["integration-conflicted", { files: readonly string[] }]
  ): Promise<void> {
    const at = this.#context.now();
    const place = { jobId: jobOfTask(subject.taskId), taskId: subject.taskId, attemptId: subject.attemptId };
    await this.#context.store.write((tx) =>
      type === "integration-started"
        ? appendEvent(tx, { at, type, subject: place, data })
        : appendEvent(tx, { at, type, subject: place, data }),
    );
  }
}

/** @throws {TuttiError} `LEASE_LOST` */
async function assertMerging(tx: Tx, { taskId, attemptId }: IntegrationSubject): Promise<void> {
  const row = await tx
    .selectFrom("tasks")
    .select(["status", "accepted_attempt"])
    .where("id", "=", taskId)
    .executeTakeFirstOrThrow();
  if (row.status === "integrating" && row.accepted_attempt === attemptId) return;
  throw new TuttiError("LEASE_LOST", `The merge of task ${taskId} was ended meanwhile: it is ${row.status}`, {
    failureClass: "killed",
    context: { task: taskId, attempt: attemptId },
  });
}

const bounced = (feedback: string): AttemptDecision => ({
  action: "bounce",
  failureClass: "recoverable",
  reasons: [firstLine(feedback)],
  countsAsAttempt: true,
  resumeSession: false,
  delayMs: 0,
  feedback,
});

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
