import type { RetryChange } from "./decide/attempt-evidence.ts";
import type { BreakpointRequest } from "./breakpoint/breakpoint.ts";
import type { Confidence } from "./decide/confidence.ts";
import type { ErrorJson } from "./errors.ts";
import type { FailureClass } from "./failure/failure-class.ts";
import type { AttemptId, CommitId, JobId, SessionId, SlotId, TaskId, WorkerId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { JobStatus } from "./job-status.ts";
import type { DiffStat, Evidence, GateResult, ReplaySource } from "./evidence.ts";
import type { JobReport } from "./job-report.ts";
import type { QualityReport } from "./quality/quality-report.ts";
import type { Plan } from "./plan/plan-schema.ts";
import type { TaskSpec } from "./plan/task-spec.ts";
import type { JobSettings } from "./settings.ts";
import type { TaskStatus } from "./task-status.ts";
import type { Usage } from "./budget/usage.ts";

export type { DiffStat, Evidence, GateResult, ReplaySource } from "./evidence.ts";

/** A goal somebody gave, with the settings that it was started with. Times are milliseconds since the Unix epoch. */
export type Job = {
  readonly id: JobId;
  readonly projectPath: string;
  readonly goal: string;
  readonly status: JobStatus;
  readonly strategy: JobStrategy;
  /** Who made it through the job API; several orchestrators may share a project. */
  readonly orchestratorId: string | undefined;
  /** The caller's own name for it: asking for it again gives the same job. */
  readonly dispatchKey: string | undefined;
  /** A person wants it to stand still until it is resumed. */
  readonly isPauseRequested: boolean;
  readonly baseCommit: CommitId;
  /** `tutti/<job>`. */
  readonly branch: string;
  readonly options: JobSettings;
  readonly plan: Plan | undefined;
  readonly round: number;
  readonly report: JobReport | undefined;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
};

/** Who decides what its tasks are: the manager model, or the program or person that adds them. */
export type JobStrategy = "manager" | "manual" | "workflow";

export type Task = {
  readonly id: TaskId;
  readonly jobId: JobId;
  readonly key: string;
  /** Place in the plan, 0-based. */
  readonly position: number;
  readonly status: TaskStatus;
  readonly reason: string | undefined;
  /** For `waiting`. */
  readonly waitsFor: WaitsFor | undefined;
  readonly spec: TaskSpec;
  readonly priority: number;
  readonly dependsOn: readonly TaskId[];
  readonly round: number;
  readonly workerId: WorkerId | undefined;
  readonly failures: number;
  readonly acceptedAttempt: AttemptId | undefined;
  readonly mergedCommit: CommitId | undefined;
  readonly evidence: Evidence | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
};

/** Whose turn it is when a task waits. */
export type WaitsFor = "person" | "quota";

export type AttemptStatus = "running" | "interrupted" | "accepted" | "rejected" | "bounced";

export type Attempt = {
  readonly id: AttemptId;
  readonly taskId: TaskId;
  readonly jobId: JobId;
  /** 1-based. */
  readonly number: number;
  readonly status: AttemptStatus;
  readonly workerId: WorkerId | undefined;
  /** Alias or full name that its agent was started with; absent in what older versions stored. */
  readonly model: string | undefined;
  readonly slotId: SlotId | undefined;
  readonly conversation: string;
  /** Where its conversation was to go on from; absent when it was to begin with nothing. */
  readonly origin: ConversationOrigin | undefined;
  readonly baseCommit: CommitId;
  /** Files that it begins with instead of its base's, because a rollback went back to them. */
  readonly filesCommit: CommitId | undefined;
  /** A rollback has undone it: it is history. */
  readonly isTakenBack?: true;
  readonly snapshotCommit: CommitId | undefined;
  /** Why it wasn't enough: goes into the next attempt's prompt. */
  readonly feedback: string | undefined;
  readonly outcome: AttemptOutcome | undefined;
  /** What its snapshot changes of its base; `undefined` before there is one. */
  readonly diff: DiffStat | undefined;
  readonly gates: readonly GateResult[];
  /** Absent where nothing was judged, and in what older versions stored. */
  readonly quality: QualityReport | undefined;
  readonly decision: AttemptDecision | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
};

/** Which conversation an attempt's own began as a fork of, or why it could not. */
export type ConversationOrigin = {
  /** `parent`: the parent task's. `batch`: that of the task of its batch before it. `checkpoint`: its own, of then. */
  readonly of: "parent" | "batch" | "checkpoint";
  /** Whose it is; absent when there is none. */
  readonly attempt?: AttemptId;
  readonly isForked: boolean;
  /** Why it began anew, with the whole prompt. */
  readonly reason?: string;
};

/** What the agent's turn came to; what it claims, not what is proved. */
export type AttemptOutcome = {
  readonly status: "finished" | "failed";
  readonly text: string;
  /** The structured answer, when one was asked for. */
  readonly result?: Json;
  readonly usage: Usage;
  readonly durationMs: number;
  readonly permissionDenials: readonly { readonly tool: string; readonly summary: string }[];
  /** The model stopped at its limit, in the middle of what it said. */
  readonly isTruncated?: true;
  readonly error?: ErrorJson;
  readonly retryAfterMs?: number;
  readonly resetAt?: number;
  /** No agent was asked: this result of another attempt was replayed. */
  readonly replayOf?: ReplaySource;
};

/** `bounce` is the merge queue's: accepted work that did not hold there. */
export type DecisionAction =
  "accept" | "retry" | "clarify" | "split" | "replan" | "rollback" | "pause" | "ask" | "fail" | "bounce";

export type AttemptDecision = {
  readonly action: DecisionAction;
  /** Absent when accepted. */
  readonly failureClass?: FailureClass;
  readonly reasons: readonly string[];
  /** For `retry`. */
  readonly countsAsAttempt: boolean;
  /** For `retry`: the same conversation and slot go on. */
  readonly resumeSession: boolean;
  /** For `retry`: milliseconds to wait first. */
  readonly delayMs: number;
  /** For `retry` and `ask`. */
  readonly feedback: string | undefined;
  /** For `retry`: what is different about the next try; absent in what older versions wrote. */
  readonly change?: readonly RetryChange[];
  /** For `clarify`: what the agent wanted to know and what it is told. */
  readonly clarification?: Clarification;
  /** For `split`: the tasks that it is cut into. */
  readonly parts?: readonly TaskSpec[];
  /** For `replan`: what takes its place. */
  readonly replacement?: Replacement;
  /** For `rollback`: the files that the next attempt begins with; absent: those of the tip. */
  readonly filesFrom?: CommitId;
  /** How sure it is; absent in what older versions wrote and where nothing was judged. */
  readonly confidence?: Confidence;
  /** For `ask`: what a person is asked. Absent in what older versions wrote. */
  readonly breakpoint?: BreakpointRequest;
  /** The person, or the rule, that let the work through. */
  readonly approvedBy?: string;
  /** Why the replayed result was of no use. It is not tried again for this task. */
  readonly replayMiss?: string;
};

export type Clarification = { readonly question: string; readonly answer: string; readonly by: string };

/** A way around a task that failed for good. */
export type Replacement = {
  readonly added: readonly TaskSpec[];
  /** Of tasks that have not begun, with what changes in them. */
  readonly changed: readonly { readonly key: string; readonly prompt: string }[];
};

export type AgentAnswer = { readonly text: string; readonly result: Json | undefined };

export type AgentConversation = {
  readonly key: string;
  readonly role: string;
  /** Where it can be resumed; `undefined` once that slot has moved on. */
  readonly slotId: SlotId | undefined;
  /** Outlives the slot: from anywhere on the machine, the conversation can be forked. */
  readonly sessionId: SessionId | undefined;
  /** 1 for the first turn. */
  readonly turn: number;
  /** What a conversation that asks for one thing came to; asking again costs nothing. */
  readonly answer: AgentAnswer | undefined;
};
