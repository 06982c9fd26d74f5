import type { ErrorJson } from "../errors.ts";
import type { JobId } from "../ids.ts";
import type { Json } from "../json.ts";

/** `superseded`: it was begun anew before it came to an end. */
export type WorkflowRunStatus = "running" | "completed" | "failed" | "cancelled" | "superseded";

/** One body of a job's workflow. Times are milliseconds since the Unix epoch. */
export type WorkflowRun = {
  readonly jobId: JobId;
  /** From 1; grows each time it is begun anew. */
  readonly number: number;
  /** What it was started by: a name or a path. */
  readonly ref: string;
  readonly name: string;
  /** Of the code that it runs with. */
  readonly version: string;
  readonly input: Json;
  readonly status: WorkflowRunStatus;
  readonly output: Json | undefined;
  readonly error: ErrorJson | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
};
