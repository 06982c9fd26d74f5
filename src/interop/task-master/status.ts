import { TuttiError } from "../../domain/errors.ts";
import type { WaitsFor } from "../../domain/model.ts";
import type { TaskStatus } from "../../domain/task-status.ts";

/** What `task-master set-status` accepts. */
export const taskMasterStatuses = [
  "pending",
  "in-progress",
  "done",
  "review",
  "blocked",
  "deferred",
  "cancelled",
] as const;

export type TaskMasterStatus = (typeof taskMasterStatuses)[number];

/** @throws {TuttiError} `INPUT_INVALID` */
export function parseTaskMasterStatus(status: string): TaskMasterStatus {
  const known = knownStatus(status);
  if (known !== undefined) return known;
  throw new TuttiError("INPUT_INVALID", `"${status}" is no status of Task Master`, {
    hint: `Use one of ${taskMasterStatuses.join(", ")}`,
  });
}

/** Older files say `completed` for `done`, and leave `pending` out. `undefined` for what Task Master doesn't know. */
export function knownStatus(status: string | null | undefined): TaskMasterStatus | undefined {
  if (status === undefined || status === null || status === "") return "pending";
  if (status === "completed") return "done";
  return taskMasterStatuses.find((candidate) => candidate === status);
}

/**
 * Nobody has to begin with it any more, at least for now: it is done, waits for a review of what was done, or was put off or
 * given up.
 */
export const isOver = (status: TaskMasterStatus): boolean =>
  status === "done" || status === "review" || status === "cancelled" || status === "deferred";

/**
 * What a task of a job is called in Task Master. A failed task is `blocked` there, since it needs a person; one that waits
 * for a person is up for `review`.
 */
export function toTaskMasterStatus(status: TaskStatus, waitsFor?: WaitsFor): TaskMasterStatus {
  switch (status) {
    case "pending":
    case "ready":
      return "pending";
    case "leased":
    case "running":
    case "validating":
    case "integrating":
      return "in-progress";
    case "waiting":
      return waitsFor === "quota" ? "in-progress" : "review";
    case "completed":
      return "done";
    case "failed":
    case "blocked":
      return "blocked";
    case "cancelled":
      return "cancelled";
  }
}

const taskStatusOf: Readonly<Record<TaskMasterStatus, TaskStatus>> = {
  pending: "pending",
  "in-progress": "running",
  done: "completed",
  review: "waiting",
  blocked: "blocked",
  deferred: "waiting",
  cancelled: "cancelled",
};

/** The nearest status of ours. `deferred` has no equal: a person put it off, so it waits for a person. */
export const fromTaskMasterStatus = (status: TaskMasterStatus): TaskStatus => taskStatusOf[status];
