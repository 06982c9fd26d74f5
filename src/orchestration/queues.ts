import { asRunId, type CheckpointId, type JobId, type RunId, type TaskId } from "../domain/ids.ts";

/** The engine's names for our runs: derived, so that whoever dispatches twice names the same run. */
export const jobQueue = (job: JobId): string => `job/${job}`;

export const taskQueue = (job: JobId): string => `tasks/${job}`;

export const jobRunId = (job: JobId, round: number): RunId => asRunId(`${job}#${round}`);

export const taskRunId = (task: TaskId, round: number): RunId => asRunId(`${task}#${round}`);

export const planDecisionSignal = "plan-decision";

export const workflowQueue = (job: JobId): string => `workflow/${job}`;

/** Of the n-th body of a job's workflow. */
export const workflowRunId = (job: JobId, number: number): RunId => asRunId(`${job}/workflow#${number}`);

export const rollbackQueue = (job: JobId): string => `rollback/${job}`;

export const rollbackRunId = (job: JobId, rollback: CheckpointId): RunId => asRunId(`${job}/rollback/${rollback}`);
