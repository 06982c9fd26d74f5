import type { Activity, EventData, StoredEvent } from "../../../domain/events.ts";
import { isJobOver } from "../../../domain/job-status.ts";
import { traceWorkflow } from "../../../domain/workflow/trace.ts";
import type { JobView, WarningView } from "./job-view.ts";
import { reduceTaskView, showActivity } from "./reduce-task-view.ts";
import { oneLine } from "../terminal-text.ts";

/** More would not fit on any screen; the log has them all. */
const keptWarnings = 20;

/**
 * Folds one event or one activity into a view. Pure. What was folded already (by its `seq`) changes nothing, nor does an
 * event of an unknown type, so that a newer writer doesn't break an older reader.
 */
export function reduceJobView(view: JobView, item: StoredEvent | Activity): JobView {
  if ("kind" in item) {
    return item.seq <= view.activitySeq ? view : { ...withActivity(view, item), activitySeq: item.seq };
  }
  return item.seq <= view.eventSeq ? view : { ...withTaskEvent(withJobEvent(view, item), item), eventSeq: item.seq };
}

function withActivity(view: JobView, activity: Activity): JobView {
  if (activity.kind === "usage") return view;
  const { kind, at, role } = activity;
  const text = oneLine(activity.text);
  if (activity.taskId === null) return { ...view, activity: { kind, at, role, text } };
  const place = view.placeOf.get(activity.taskId);
  const task = place === undefined ? undefined : view.tasks[place];
  if (place === undefined || task === undefined) return view;
  return { ...view, tasks: view.tasks.with(place, showActivity(task, { kind, at, text })) };
}

function withTaskEvent(view: JobView, event: StoredEvent): JobView {
  const place = event.taskId === null ? undefined : view.placeOf.get(event.taskId);
  const task = place === undefined ? undefined : view.tasks[place];
  if (place === undefined || task === undefined) return view;
  const next = reduceTaskView(task, event);
  return next === task ? view : { ...view, tasks: view.tasks.with(place, next) };
}

function withJobEvent(view: JobView, event: StoredEvent): JobView {
  switch (event.type) {
    case "job-status-changed":
      return withStatus(view, event);
    case "agent-session-started":
      return event.taskId === null ? withSession(view, event) : view;
    case "job-reviewed":
      return { ...view, activity: undefined };
    case "dispatch-paused":
      return withPause(view, event);
    case "resume-scheduled":
      return { ...view, resume: event.data.at === null ? undefined : event.data };
    case "workers-held":
      return { ...view, hold: event.data };
    case "workers-released":
      return { ...view, hold: undefined };
    case "dispatch-resumed":
      return { ...view, pauses: view.pauses.filter(({ account }) => account !== event.data.account) };
    case "work-rescued":
      return { ...view, rescues: [...view.rescues, { at: event.at, ...event.data }] };
    case "checkout-moved":
    case "permission-denied":
    case "circuit-opened":
    case "slot-left-aside":
    case "supervisor-unavailable":
      return withWarning(view, event);
    case "workflow-started":
    case "workflow-node":
    case "workflow-ended":
      return { ...view, workflow: traceWorkflow(view.workflow, event) };
    default:
      return view;
  }
}

function withStatus(view: JobView, { at, data }: StoredEvent<"job-status-changed">): JobView {
  const endedAt = isJobOver(data.to) ? at : undefined;
  const held = data.to === "running" ? {} : { hold: undefined };
  return { ...view, status: data.to, reason: data.reason, endedAt, activity: undefined, resume: undefined, ...held };
}

function withSession(view: JobView, { at, data }: StoredEvent<"agent-session-started">): JobView {
  return { ...view, activity: { kind: "step", at, role: data.role, text: `started (${data.model})` } };
}

function withPause(view: JobView, { at, data }: StoredEvent<"dispatch-paused">): JobView {
  const others = view.pauses.filter(({ account }) => account !== data.account);
  const pause = { account: data.account, since: at, until: data.until, message: oneLine(data.error.message) };
  return { ...view, pauses: [...others, pause] };
}

type WarningEvent = StoredEvent<WarningView["type"]>;

function withWarning(view: JobView, event: WarningEvent): JobView {
  const { at, type, taskId } = event;
  const taskKey = taskId?.split("/").at(-1);
  const warnings = [...view.warnings, { at, type, taskKey, text: warningText(event) }].slice(-keptWarnings);
  return { ...view, warnings, warningCount: view.warningCount + 1 };
}

/** One line that says what the warning is about. */
export function warningText(event: WarningEvent): string {
  switch (event.type) {
    case "checkout-moved":
      return oneLine(`your checkout moved while tasks ran: ${event.data.changes.join(", ")}`);
    case "permission-denied":
      return oneLine(`permission denied: ${denial(event.data)}`);
    case "circuit-opened":
      return oneLine(`the same failure in ${event.data.tasks.length} tasks: ${event.data.signature}`);
    case "slot-left-aside":
      return oneLine(`work in ${event.data.path} can't be saved and was left there: ${event.data.reason}`);
    case "supervisor-unavailable":
      return oneLine(`no supervisor: cached answers or rules alone (${event.data.purpose}): ${event.data.reason}`);
  }
}

/** Summaries mostly begin with the tool's name. */
const denial = ({ tool, summary }: EventData["permission-denied"]): string =>
  summary.startsWith(tool) ? summary : `${tool} ${summary}`;
