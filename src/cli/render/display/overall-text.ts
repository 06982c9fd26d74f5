import type { EventData } from "../../../domain/events.ts";
import type { JobStatus } from "../../../domain/job-status.ts";
import type { Hold } from "../../../domain/schedule/admission.ts";
import type { TaskStatus } from "../../../domain/task-status.ts";
import { progressOf, type JobProgress } from "./job-progress.ts";
import type { JobView, PauseView } from "./job-view.ts";
import { counted, formatClock, formatCost, formatDateTime, formatDuration, formatTokens } from "../quantities.ts";

/** `3/10 done · 2 running · 1 failed · ETA 4m 10s · 20.4k tokens · $0.0223 · 2/4 workers`: what is cut off a narrow line matters least */
export function overallText(view: JobView, eta: string): string {
  const progress = progressOf(view);
  const usage = view.usage;
  const parts = [
    ...(progress.total === 0 ? [statusNames[view.status]] : countTexts(view, progress)),
    ...(view.status === "running" && progress.completed < progress.total ? [`ETA ${eta}`] : []),
    ...(usage === undefined ? [] : [`${formatTokens(usage.totalTokens)} tokens`, formatCost(usage.costUsd)]),
    ...(progress.working === 0 || view.status === "interrupted" ? [] : [`${progress.working}/${view.workers} workers`]),
  ];
  return parts.join(" · ");
}

/** `–` while it isn't known. */
export const etaText = (remainingMs: number | undefined): string =>
  remainingMs === undefined ? "–" : formatDuration(remainingMs);

const statusNames: Readonly<Record<JobStatus, string>> = {
  planning: "planning",
  proposed: "the plan waits for your yes",
  running: "running",
  paused: "paused",
  waiting: "waiting for you",
  interrupted: "interrupted",
  reviewing: "reviewing",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

const countedStatuses: readonly TaskStatus[] = ["failed", "waiting", "blocked", "cancelled"];

function countTexts(view: JobView, { total, completed, working, merging, byStatus }: JobProgress): readonly string[] {
  const others = countedStatuses.flatMap((status) => {
    const count = byStatus.get(status) ?? 0;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const state = view.status === "running" ? [] : [statusNames[view.status]];
  return [
    ...state,
    `${completed}/${total} done`,
    ...(working === 0 ? [] : [`${working} ${view.status === "interrupted" ? "unfinished" : "running"}`]),
    ...(merging === 0 ? [] : [`${merging} merging`]),
    ...others,
  ];
}

/** `at most 2 agents at once: the model server asked to slow down (429)` */
export const holdText = ({ agents, reason }: Pick<Hold, "agents" | "reason">): string =>
  agents === 0 ? `no agent starts: ${reason}` : `at most ${counted(agents, "agent")} at once: ${reason}`;

/** The pauses that still hold. */
export const pausesAt = ({ pauses }: JobView, now: number): readonly PauseView[] =>
  pauses.filter(({ until }) => until === null || until > now);

/** `paused until 14:30:00 (in 1h 02m): weekly limit reached` */
export function pauseText(pause: PauseView, now: number, timeZone?: string): string {
  if (pause.until === null) return `paused until you resume it: ${pause.message}`;
  return `paused until ${formatClock(pause.until, timeZone)} (in ${formatDuration(pause.until - now)}): ${pause.message}`;
}

/**
 * `goes on by itself at 14:30:02, in 1h 02m; Ctrl-C leaves it paused`
 * @param resume - `at`: null when the reset is too far away
 */
export function resumeText(
  { at, resetAt, maxWaitMs }: EventData["resume-scheduled"],
  now: number,
  timeZone?: string,
): string {
  if (at !== null) return `goes on by itself at ${timeText(at, now, timeZone)}; Ctrl-C leaves it paused`;
  const longest = `execution.maxQuotaWaitMs allows ${formatDuration(maxWaitMs)}`;
  return `doesn't go on by itself: the quota comes back at ${timeText(resetAt, now, timeZone)}, and ${longest}`;
}

const halfDayMs = 43_200_000;

/** With the day where it might not be today's. */
function timeText(at: number, now: number, timeZone: string | undefined): string {
  const time = at - now < halfDayMs ? formatClock(at, timeZone) : formatDateTime(at, timeZone);
  return `${time}, in ${formatDuration(at - now)}`;
}
