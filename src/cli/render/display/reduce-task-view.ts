import type { StoredEvent } from "../../../domain/events.ts";
import { isActive, isSettled, type TaskStatus } from "../../../domain/task-status.ts";
import type { ActivityView, TaskView } from "./job-view.ts";
import { formatDuration } from "../quantities.ts";
import { oneLine } from "../terminal-text.ts";

/** Folds an event about a task into its view; one that says nothing to a watcher gives the same object back. */
export function reduceTaskView(task: TaskView, event: StoredEvent): TaskView {
  switch (event.type) {
    case "task-status-changed":
      return withStatus(task, event);
    case "task-held-back":
      return { ...task, reason: heldBackText(event) };
    case "attempt-started":
    case "attempt-resumed":
      return withAttempt(task, event);
    case "attempt-executed":
      return withStep(task, event.at, executionStep(event));
    case "gate-finished":
      return withStep(task, event.at, `gate ${event.data.name} ${event.data.isOk ? "passed" : "failed"}`);
    case "attempt-decided":
      if (event.data.decision !== "retry") return task;
      return withStep(task, event.at, `again: ${event.data.reasons.join("; ")}`);
    case "result-replayed":
      return withStep(task, event.at, "checking a cached result");
    case "integration-started":
      return withStep(task, event.at, "merging");
    case "integration-conflicted":
      return withStep(task, event.at, `merge conflict in ${event.data.files.join(", ")}`);
    default:
      return task;
  }
}

export const heldBackText = ({ data }: StoredEvent<"task-held-back">): string =>
  oneLine(`waits for ${data.by.split("/").at(-1) ?? data.by}: both may write ${data.path}`);

/** Only while an agent is at it: what trails in later is old. */
export const showActivity = (task: TaskView, activity: ActivityView): TaskView =>
  agentStatuses.has(task.status) ? { ...task, activity } : task;

const agentStatuses: ReadonlySet<TaskStatus> = new Set<TaskStatus>(["leased", "running", "integrating"]);

function withStatus(task: TaskView, { at, data }: StoredEvent<"task-status-changed">): TaskView {
  const { to, reason } = data;
  return {
    ...task,
    status: to,
    since: at,
    startedAt: task.startedAt ?? (isActive(to) ? at : undefined),
    endedAt: isSettled(to) ? at : undefined,
    workerId: isActive(to) ? task.workerId : undefined,
    activity: undefined,
    reason: reason === undefined ? undefined : oneLine(reason),
  };
}

function withAttempt(task: TaskView, event: StoredEvent<"attempt-started" | "attempt-resumed">): TaskView {
  const { number, workerId } = event.data;
  const attempt = { ...task, attempt: number, workerId, activity: undefined };
  return event.type === "attempt-started" ? attempt : withStep(attempt, event.at, "going on");
}

const withStep = (task: TaskView, at: number, text: string): TaskView => ({
  ...task,
  activity: { kind: "step", at, text: oneLine(text) },
});

function executionStep({ data }: StoredEvent<"attempt-executed">): string {
  if (data.status === "finished") return `checking what ${formatDuration(data.durationMs)} of work came to`;
  return `the agent failed: ${data.error?.message ?? "it didn't say why"}`;
}
