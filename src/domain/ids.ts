/**
 * Ids are branded strings, so that a task's id can't be passed where a job's is asked for.
 * This is the one place that casts: an id is made by `asX` at a boundary (a row, a flag, a generator) and nowhere else.
 */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type ProjectId = Id<"project">;
export type JobId = Id<"job">;
export type TaskId = Id<"task">;
export type AttemptId = Id<"attempt">;
export type RunId = Id<"run">;
export type WorkerId = Id<"worker">;
export type SlotId = Id<"slot">;
export type CheckpointId = Id<"checkpoint">;
/** The coding agent's own name for a conversation that it can resume. */
export type SessionId = Id<"session">;
/** Of a durable wait for a person. */
export type BreakpointId = Id<"breakpoint">;
/** A full git object name, 40 or 64 hex digits. */
export type CommitId = Id<"commit">;

export const asProjectId = (value: string): ProjectId => value as ProjectId;
export const asJobId = (value: string): JobId => value as JobId;
export const asTaskId = (value: string): TaskId => value as TaskId;
export const asAttemptId = (value: string): AttemptId => value as AttemptId;
export const asRunId = (value: string): RunId => value as RunId;
export const asWorkerId = (value: string): WorkerId => value as WorkerId;
export const asSlotId = (value: string): SlotId => value as SlotId;
export const asCheckpointId = (value: string): CheckpointId => value as CheckpointId;
export const asSessionId = (value: string): SessionId => value as SessionId;
export const asBreakpointId = (value: string): BreakpointId => value as BreakpointId;
export const asCommitId = (value: string): CommitId => value as CommitId;

/** The id of a task is its job's id and its key in the plan: readable in refs, logs and commands. */
export const taskIdOf = (job: JobId, key: string): TaskId => asTaskId(`${job}/${key}`);

/** The id of the n-th attempt (1-based) at a task. */
export const attemptIdOf = (task: TaskId, number: number): AttemptId => asAttemptId(`${task}/${number}`);

export const jobOfTask = (task: TaskId): JobId => asJobId(task.slice(0, task.lastIndexOf("/")));
