import type { BreakpointAnswerName, BreakpointKind } from "./breakpoint/answers.ts";
import type { Usage } from "./budget/usage.ts";
import type { ErrorJson } from "./errors.ts";
import type { FailureClass } from "./failure/failure-class.ts";
import type { AttemptId, JobId, TaskId } from "./ids.ts";
import type { CheckpointKind, RollbackStrategy } from "./checkpoint/checkpoint.ts";
import type { JobStatus } from "./job-status.ts";
import type { Hold } from "./schedule/admission.ts";
import type { SupervisorPurpose } from "./supervisor/interaction.ts";
import type { TaskStatus } from "./task-status.ts";
import type { NodeNote, WorkflowLog } from "./workflow/node-note.ts";

/**
 * The durable facts, named `<noun>-<past>`. Everything a person sees is a view of them; the stored form of a type never
 * changes its meaning.
 */
export type EventData = {
  "job-created": { readonly goal: string; readonly baseCommit: string };
  "job-status-changed": { readonly from: JobStatus; readonly to: JobStatus; readonly reason?: string };
  "plan-accepted": { readonly summary: string; readonly taskCount: number };
  "tasks-added": { readonly tasks: readonly string[] };
  /** They wait for others now, or were given other words. */
  "tasks-changed": { readonly tasks: readonly string[] };
  "task-status-changed": { readonly from: TaskStatus; readonly to: TaskStatus; readonly reason?: string };
  /** It could start, but `by` (a task's id) may be writing the same file. */
  "task-held-back": { readonly path: string; readonly by: string };
  "attempt-started": {
    readonly number: number;
    readonly workerId: string;
    readonly baseCommit: string;
    /** Absent in what older versions wrote. */
    readonly model?: string;
  };
  "attempt-resumed": { readonly number: number; readonly workerId: string; readonly sessionId: string | null };
  "attempt-executed": {
    readonly status: "finished" | "failed";
    readonly durationMs: number;
    readonly usage: Usage;
    readonly error?: ErrorJson;
  };
  "attempt-snapshotted": {
    readonly commit: string;
    readonly files: number;
    readonly added: number;
    readonly deleted: number;
  };
  "attempt-validated": { readonly isOk: boolean; readonly problems: readonly string[] };
  "gate-finished": {
    readonly name: string;
    readonly on: "attempt" | "merged";
    readonly isOk: boolean;
    readonly exitCode: number | null;
    readonly durationMs: number;
  };
  /** By the stages of the quality control; `notJudged` names those that said nothing. */
  "attempt-judged": {
    readonly score?: number;
    readonly failed: readonly string[];
    readonly notJudged: readonly string[];
    readonly blockers: readonly string[];
  };
  "attempt-decided": {
    readonly decision: string;
    readonly reasons: readonly string[];
    readonly failureClass?: FailureClass;
  };
  "integration-started": { readonly onto: string };
  "integration-conflicted": { readonly files: readonly string[] };
  "integration-finished": { readonly commit: string };
  "result-cached": { readonly key: string; readonly commit: string };
  "result-replayed": { readonly key: string; readonly from: string };
  "result-missed": { readonly key: string; readonly from: string; readonly reason: string };
  "agent-session-started": { readonly role: string; readonly sessionId: string; readonly model: string };
  /** The attempt's conversation goes on from another attempt's, in a fork of it. */
  "conversation-forked": { readonly of: "parent" | "batch" | "checkpoint"; readonly from: string | null };
  /** It was to go on from another one and begins anew. */
  "conversation-missed": {
    readonly of: "parent" | "batch" | "checkpoint";
    readonly from: string | null;
    readonly reason: string;
  };
  "permission-denied": { readonly tool: string; readonly summary: string };
  "breakpoint-opened": {
    readonly id: string;
    readonly kind: BreakpointKind;
    readonly question: string;
    /** Absent: Tutti itself asks. */
    readonly rule?: string;
    readonly timeoutAt?: number;
  };
  "breakpoint-resolved": { readonly id: string; readonly answer: BreakpointAnswerName; readonly by: string };
  /** Nobody answered in time: the answer is no. */
  "breakpoint-expired": { readonly id: string; readonly answer: BreakpointAnswerName };
  /** The question was settled in another way. */
  "breakpoint-superseded": { readonly id: string; readonly reason: string };
  /** A rule let pass, or refused, what else a person would have been asked about. */
  "breakpoint-passed": { readonly kind: BreakpointKind; readonly rule: string; readonly action: "approve" | "deny" };
  "work-rescued": { readonly ref: string; readonly slot: string; readonly reason: string };
  /** The database was damaged and replaced by a backup: it is as of `stateOf`, in milliseconds since the Unix epoch. */
  "state-restored": {
    readonly stateOf: number;
    readonly setAside: string;
    /** Ids of tasks whose merge git knew of. */
    readonly completed: readonly string[];
    /** Refs. */
    readonly rescued: readonly string[];
    readonly unknownJobs: readonly string[];
  };
  /** Its repository is broken, and what stands there could not be saved: the folder is left to a person. */
  "slot-left-aside": { readonly slot: string; readonly path: string; readonly reason: string };
  "worker-started": { readonly workerId: string; readonly pid: number };
  "worker-stopped": { readonly workerId: string; readonly reason: string };
  "dispatch-paused": { readonly account: string; readonly until: number | null; readonly error: ErrorJson };
  /** The job goes on by itself then; `at` is null when the wait would be longer than `maxWaitMs`. */
  "resume-scheduled": {
    readonly account: string;
    readonly at: number | null;
    readonly resetAt: number;
    readonly maxWaitMs: number;
  };
  "dispatch-resumed": { readonly account: string };
  /** Fewer agents run than the job allows. */
  "workers-held": { readonly by: Hold["by"]; readonly agents: number; readonly reason: string };
  "workers-released": Readonly<Record<string, never>>;
  "checkout-moved": { readonly changes: readonly string[] };
  /** A new drive tries again what had failed in the same way. */
  "circuit-closed": Readonly<Record<string, never>>;
  "circuit-opened": { readonly signature: string; readonly tasks: readonly string[] };
  /** The model that supervises can't be asked: cached answers, or rules alone. Once, until it is back. */
  "supervisor-unavailable": {
    readonly supervisor: string;
    readonly purpose: SupervisorPurpose;
    readonly reason: string;
  };
  "supervisor-available": { readonly supervisor: string };
  /** Not all that is known went into a prompt; names of the parts. */
  "prompt-shortened": {
    readonly kind: string;
    readonly tokens: number;
    readonly maxTokens: number;
    readonly dropped: readonly string[];
    readonly shortened: readonly string[];
  };
  /** The supervisor model was asked to write a task's instructions anew; `reason` says why the original is sent. */
  "prompt-rewritten": { readonly by: string; readonly isUsed: boolean; readonly reason?: string };
  /** What was said about it was removed to make room; its facts stay. */
  "history-pruned": {
    readonly prompts: number;
    readonly questions: number;
    readonly entries: number;
    /** Absent where there were none, or they stayed. */
    readonly activities?: number;
    /** Likewise: events of the job that said what is kept besides. */
    readonly events?: number;
  };
  /** What its runs recorded was removed to make room: they can't be replayed any more. */
  "journals-pruned": { readonly runs: number; readonly records: number };
  "notes-changed": {
    readonly version: number;
    readonly action: "added" | "edited" | "removed";
    readonly note: string;
    readonly author: "person" | "supervisor";
  };
  /** By a person; 1 to 5, 5 is best. */
  "task-rated": { readonly stars: number; readonly note?: string };
  "job-reviewed": { readonly summary: string };
  "checkpoint-created": { readonly checkpoint: string; readonly kind: CheckpointKind; readonly tip: string };
  "checkpoints-pruned": { readonly checkpoints: readonly string[] };
  "rollback-started": { readonly rollback: string; readonly checkpoint: string; readonly strategy: RollbackStrategy };
  "rollback-failed": { readonly rollback: string; readonly error: ErrorJson };
  /** `rollback` is also the checkpoint of what was there before. `tasks`: those that went back, by id. */
  "job-rolled-back": {
    readonly rollback: string;
    readonly checkpoint: string;
    readonly strategy: RollbackStrategy;
    readonly tip: string;
    readonly tasks: readonly string[];
  };
  /** A new job goes on from another one's checkpoint. */
  "job-forked": { readonly checkpoint: string; readonly from: string; readonly tip: string };
  /** The body of a job's workflow begins, for the `number`-th time; one that goes on after a crash does not begin again. */
  "workflow-started": { readonly name: string; readonly version: string; readonly number: number };
  /** A call of its body began, waits, or has ended. */
  "workflow-node": NodeNote & { readonly number: number };
  "workflow-logged": WorkflowLog & { readonly number: number };
  "workflow-ended": {
    readonly number: number;
    readonly status: "completed" | "failed" | "cancelled";
    readonly error?: ErrorJson;
  };
  /** The job is there that reacts to an event from outside. */
  "workflow-event-started": { readonly id: string };
  "workflow-event-ended": {
    readonly id: string;
    readonly status: "done" | "failed" | "unhandled";
    readonly reason?: string;
  };
};

export type EventType = keyof EventData;

/** One row of the event log. `seq` grows by commit order and is a cursor. */
export type StoredEvent<Type extends EventType = EventType> = {
  [T in Type]: {
    readonly seq: number;
    /** Milliseconds since the Unix epoch. */
    readonly at: number;
    readonly type: T;
    readonly jobId: JobId | null;
    readonly taskId: TaskId | null;
    readonly attemptId: AttemptId | null;
    readonly data: EventData[T];
  };
}[Type];

/** What an agent shows while it works: high volume, kept apart from the facts, dropped when old. */
export type Activity = {
  readonly seq: number;
  readonly at: number;
  readonly jobId: JobId;
  readonly taskId: TaskId | null;
  /** `manager`, `worker`, `resolver` or `reviewer`. */
  readonly role: string;
  readonly kind: "tool" | "text" | "retry" | "usage";
  readonly text: string;
};
