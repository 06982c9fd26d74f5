import type { JobId } from "../ids.ts";
import type { WorkflowEvent } from "./workflow-event.ts";

/**
 * - `received` it is kept; nobody has begun with it
 * - `started` there is a job for it
 * - `done` its job is complete
 * - `failed` its job came to another end, or there could be none
 * - `unhandled` the workflow has no handler for its type
 */
export const receivedEventStatuses = ["received", "started", "done", "failed", "unhandled"] as const;
export type ReceivedEventStatus = (typeof receivedEventStatuses)[number];

/** An event that was taken in, and what became of it. Times are milliseconds since the Unix epoch. */
export type ReceivedEvent = {
  readonly event: WorkflowEvent;
  readonly status: ReceivedEventStatus;
  readonly receivedAt: number;
  readonly jobId: JobId | undefined;
  /** Why it is `failed` or `unhandled`. */
  readonly reason: string | undefined;
  readonly endedAt: number | undefined;
};

export type EventEnd = {
  readonly status: Extract<ReceivedEventStatus, "done" | "failed" | "unhandled">;
  readonly reason?: string;
};
