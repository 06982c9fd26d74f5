import type { StoredEvent } from "../../../domain/events.ts";
import type { TaskStatus } from "../../../domain/task-status.ts";
import { elapsedMs } from "./job-progress.ts";
import type { JobView } from "./job-view.ts";
import { counted, formatClock, formatDuration, shortCommit } from "../quantities.ts";
import { holdText, resumeText } from "./overall-text.ts";
import { warningText } from "./reduce-job-view.ts";
import { heldBackText } from "./reduce-task-view.ts";

/** One event as a person reads it in a log. */
export type EventLine = { readonly what: string; readonly detail: string };

/**
 * @param view - after the event
 * @returns `undefined` for events that only matter to programs
 */
export function eventLine(event: StoredEvent, view: JobView): EventLine | undefined {
  return event.taskId === null ? jobLine(event) : taskLine(event, view);
}

function jobLine(event: StoredEvent): EventLine | undefined {
  switch (event.type) {
    case "job-created":
      return { what: "created", detail: event.data.goal };
    case "job-status-changed":
      return { what: event.data.to, detail: event.data.reason ?? "" };
    case "plan-accepted":
      return { what: "planned", detail: `${counted(event.data.taskCount, "task")}: ${event.data.summary}` };
    case "tasks-added":
      return { what: "added", detail: counted(event.data.tasks.length, "task") };
    case "supervisor-available":
      return { what: "supervisor", detail: `${event.data.supervisor} answers again` };
    case "job-reviewed":
      return { what: "reviewed", detail: event.data.summary };
    case "resume-scheduled":
      return { what: "waiting", detail: resumeText(event.data, event.at) };
    case "workers-held":
      return { what: "held", detail: holdText(event.data) };
    case "workers-released":
      return { what: "released", detail: "nothing holds agents back any more" };
    case "dispatch-resumed":
      return { what: "resumed", detail: "agents start again" };
    case "work-rescued":
      return { what: "rescued", detail: `${event.data.reason}: ${event.data.ref}` };
    case "agent-session-started":
      return { what: event.data.role, detail: `started (${event.data.model})` };
    case "dispatch-paused":
      return pausedLine(event);
    default:
      return warningLine(event);
  }
}

function pausedLine({ data }: StoredEvent<"dispatch-paused">): EventLine {
  const until = data.until === null ? "you resume it" : formatClock(data.until);
  return { what: "paused", detail: `until ${until}: ${data.error.message}` };
}

function warningLine(event: StoredEvent): EventLine | undefined {
  switch (event.type) {
    case "checkout-moved":
    case "permission-denied":
    case "circuit-opened":
    case "slot-left-aside":
    case "supervisor-unavailable":
      return { what: "warning", detail: warningText(event) };
    default:
      return breakpointLine(event);
  }
}

function breakpointLine(event: StoredEvent): EventLine | undefined {
  switch (event.type) {
    case "breakpoint-opened":
      return { what: "asks you", detail: `${event.data.question} (tutti breakpoint show ${event.data.id})` };
    case "breakpoint-resolved":
      return { what: "answered", detail: `${event.data.id}: ${event.data.answer} (${event.data.by})` };
    case "breakpoint-expired":
      return { what: "expired", detail: `${event.data.id}: nobody answered, so it is ${event.data.answer}` };
    case "breakpoint-passed":
      return { what: event.data.action, detail: `by the rule ${event.data.rule}` };
    default:
      return undefined;
  }
}

function taskLine(event: StoredEvent, view: JobView): EventLine | undefined {
  switch (event.type) {
    case "task-status-changed":
      return statusLine(event, view);
    case "task-held-back":
      return { what: "held back", detail: heldBackText(event) };
    case "attempt-started":
      return { what: "running", detail: `attempt ${event.data.number} (worker ${event.data.workerId})` };
    case "attempt-resumed":
      return { what: "running", detail: `attempt ${event.data.number} goes on (worker ${event.data.workerId})` };
    case "attempt-executed":
      return executedLine(event);
    case "gate-finished":
      return gateLine(event);
    case "attempt-decided":
      if (event.data.decision !== "retry") return undefined;
      return { what: "again", detail: event.data.reasons.join("; ") };
    case "conversation-forked":
      return { what: "goes on", detail: `from the conversation of ${event.data.from ?? `its ${event.data.of}`}` };
    case "conversation-missed":
      return { what: "anew", detail: `not from the conversation of its ${event.data.of}: ${event.data.reason}` };
    case "prompt-shortened":
      return { what: "shortened", detail: `its prompt, without ${event.data.dropped.join(", ")}` };
    case "result-replayed":
      return { what: "cached", detail: `the result of ${event.data.from} is used again` };
    case "result-missed":
      return { what: "not used", detail: `the cached result of ${event.data.from}: ${event.data.reason}` };
    case "integration-conflicted":
      return { what: "conflict", detail: event.data.files.join(", ") };
    case "integration-finished":
      return { what: "merged", detail: `as ${shortCommit(event.data.commit)}` };
    default:
      return warningLine(event);
  }
}

/** The other statuses have better lines of their own, or nobody waits for them. */
const shownStatuses: ReadonlySet<TaskStatus> = new Set<TaskStatus>([
  "completed",
  "failed",
  "blocked",
  "waiting",
  "cancelled",
]);

function statusLine({ data, taskId, at }: StoredEvent<"task-status-changed">, view: JobView): EventLine | undefined {
  if (data.to === "pending") return { what: "pending", detail: data.reason ?? "starts again" };
  if (!shownStatuses.has(data.to)) return undefined;
  const task = view.tasks[view.placeOf.get(taskId ?? "") ?? -1];
  const elapsed = task === undefined ? undefined : elapsedMs(task, at);
  const took = elapsed === undefined ? "" : `after ${formatDuration(elapsed)}`;
  return { what: data.to, detail: [took, data.reason ?? ""].filter((part) => part !== "").join(": ") };
}

function executedLine({ data }: StoredEvent<"attempt-executed">): EventLine {
  const took = formatDuration(data.durationMs);
  if (data.status === "finished") return { what: "checking", detail: `the agent finished after ${took}` };
  return { what: "agent", detail: `failed after ${took}: ${data.error?.message ?? "it didn't say why"}` };
}

function gateLine({ data }: StoredEvent<"gate-finished">): EventLine {
  const verdict = data.isOk ? "passed" : `failed (${data.exitCode === null ? "killed" : `exit ${data.exitCode}`})`;
  const where = data.on === "merged" ? " on the merged tree" : "";
  return { what: "gate", detail: `${data.name} ${verdict}${where} in ${formatDuration(data.durationMs)}` };
}
