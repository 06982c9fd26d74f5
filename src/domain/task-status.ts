import { TuttiError } from "./errors.ts";

/**
 * A task's life: `pending → ready → leased → running → validating → integrating → completed`.
 *
 * `waiting` is for a person, a quota or a time; `blocked` for a dependency that can't complete. `failed` and `blocked`
 * come back to `pending` only when a person asks for a retry; `completed` and `cancelled` are final.
 */
export const taskStatuses = [
  "pending",
  "ready",
  "leased",
  "running",
  "validating",
  "integrating",
  "completed",
  "failed",
  "blocked",
  "waiting",
  "cancelled",
] as const;

export type TaskStatus = (typeof taskStatuses)[number];

const mayBecome: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ["ready", "blocked", "cancelled"],
  ready: ["leased", "blocked", "failed", "cancelled"],
  // A lease may pass to another worker at any point before the work is accepted.
  // Back to `pending` when it is split: it then waits for its parts.
  leased: ["leased", "running", "validating", "ready", "pending", "waiting", "failed", "cancelled"],
  running: ["leased", "running", "validating", "ready", "pending", "waiting", "failed", "cancelled"],
  validating: ["leased", "running", "integrating", "ready", "pending", "waiting", "failed", "cancelled"],
  integrating: ["completed", "ready", "waiting", "failed", "cancelled"],
  waiting: ["ready", "pending", "integrating", "failed", "cancelled"],
  failed: ["pending", "cancelled"],
  blocked: ["pending", "cancelled"],
  completed: [],
  cancelled: [],
};

export const canBecome = (from: TaskStatus, to: TaskStatus): boolean => mayBecome[from].includes(to);

/** @throws {TuttiError} `STATE_TRANSITION_INVALID` */
export function assertTransition(task: string, from: TaskStatus, to: TaskStatus): void {
  if (canBecome(from, to)) return;
  throw new TuttiError("STATE_TRANSITION_INVALID", `Task ${task} is ${from} and can't become ${to}`, {
    failureClass: "bug",
    context: { task, from, to },
  });
}

/** Nothing more happens to it in this job unless a person asks. */
export const isSettled = (status: TaskStatus): boolean =>
  status === "completed" || status === "failed" || status === "blocked" || status === "cancelled";

/** A worker or the merge queue has it. */
export const isActive = (status: TaskStatus): boolean =>
  status === "leased" || status === "running" || status === "validating" || status === "integrating";

/** The five statuses of the coarse view. */
export type CoarseStatus = "PENDING" | "IN_PROGRESS" | "COMPLETED" | "FAILED" | "BLOCKED";

export function coarseStatus(status: TaskStatus): CoarseStatus {
  if (isActive(status)) return "IN_PROGRESS";
  if (status === "completed") return "COMPLETED";
  if (status === "failed" || status === "cancelled") return "FAILED";
  if (status === "blocked" || status === "waiting") return "BLOCKED";
  return "PENDING";
}
