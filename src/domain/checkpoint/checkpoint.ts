import type { AttemptId, CheckpointId, CommitId, JobId, TaskId } from "../ids.ts";

/** Why it was made. `worktree`: of the user's own files, because they asked for it. */
export type CheckpointKind = "manual" | "attempt" | "integration" | "rollback" | "worktree";

export const rollbackStrategies = ["full", "partial", "selective"] as const;

/** `full`: the whole job. `partial`: some tasks and what depends on them. `selective`: some paths of the job's branch. */
export type RollbackStrategy = (typeof rollbackStrategies)[number];

/** What stood in the slot of an attempt that was not finished. */
export type KeptFiles = {
  readonly attempt: AttemptId;
  /** What the attempt started from. */
  readonly base: CommitId;
  /** Its tree is the slot's files. */
  readonly commit: CommitId;
};

/** A moment of a job that one can go back to: its files, its tasks, what was queued and its agents' conversations. */
export type Checkpoint = {
  readonly id: CheckpointId;
  readonly projectPath: string;
  /** Absent for the user's own files. */
  readonly jobId?: JobId;
  readonly kind: CheckpointKind;
  /** As a person called it. */
  readonly name?: string;
  /** For `attempt` and `integration`: what it was made before. */
  readonly taskId?: TaskId;
  /** Where the job's merged work stood; for `worktree` the commit that was checked out. */
  readonly tip: CommitId;
  readonly ref: string;
  /** What the ref holds: the tip, or a commit whose parents are the tip and all that is kept besides. */
  readonly commit: CommitId;
  readonly files: readonly KeptFiles[];
  /** Agents worked meanwhile: files are as they were found. */
  readonly isWhileAtWork: boolean;
  /** What it alone added when it was made: state and objects. */
  readonly sizeBytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
};

export type RollbackRequest = {
  readonly strategy: RollbackStrategy;
  /** For `partial`: keys. What depends on them goes back with them. */
  readonly tasks?: readonly string[];
  /** For `selective`: globs. */
  readonly paths?: readonly string[];
};

/** What a rollback came to, or would. */
export type RollbackResult = {
  /** Also the id of the checkpoint of what was there before. */
  readonly rollback: CheckpointId;
  readonly checkpoint: CheckpointId;
  readonly strategy: RollbackStrategy;
  readonly from: CommitId;
  readonly tip: CommitId;
  /** Keys of the tasks that go back. */
  readonly tasks: readonly string[];
  /** For `selective`: the files that change. */
  readonly paths: readonly string[];
};

/** A rollback under way or ended. */
export type Rollback = {
  readonly id: CheckpointId;
  readonly jobId: JobId;
  readonly checkpointId: CheckpointId;
  readonly request: RollbackRequest;
  readonly status: "pending" | "applied" | "failing" | "done" | "failed";
  readonly result: RollbackResult | undefined;
};
