import type { PauseReason } from "../../orchestration/coordinator/why-paused.ts";
import { formatCost, formatDateTime, formatDuration } from "./quantities.ts";
import { oneLine } from "./terminal-text.ts";

/** Why a job is paused, and the commands that go on: lines without indentation. */
export type PauseText = { readonly why: string; readonly next: readonly string[] };

/**
 * @param now - milliseconds since the Unix epoch
 * @param timeZone - IANA name; default: the machine's
 */
export function pauseReasonText(
  reason: PauseReason | undefined,
  { jobId, now, timeZone }: { readonly jobId: string; readonly now: number; readonly timeZone?: string },
): PauseText {
  const resume = `go on: tutti resume ${jobId}`;
  if (reason === undefined) return { why: "what it waited for is over", next: [resume] };
  if (reason.kind === "person") return { why: "somebody asked for it", next: [resume] };
  if (reason.kind === "budget") return { why: spentText(reason), next: budgetSteps(reason, jobId) };
  const { message, resetAt } = reason;
  const why = oneLine(message);
  if (resetAt === undefined) return { why: `${why}; nobody said when it comes back`, next: [resume] };
  if (resetAt <= now)
    return { why: `${why}; it was to come back at ${formatDateTime(resetAt, timeZone)}`, next: [resume] };
  return {
    why: `${why}; it comes back at ${formatDateTime(resetAt, timeZone)}, in ${formatDuration(resetAt - now)}`,
    next: [`go on then, by itself: tutti resume ${jobId} --resume-at-reset`, `try at once: tutti resume ${jobId}`],
  };
}

type Spent = Extract<PauseReason, { kind: "budget" }>;

const spentText = ({ level, limitUsd, isUnknown }: Spent): string =>
  isUnknown
    ? `nobody knows what the ${level} has cost, and its limit is ${formatCost(limitUsd)}`
    : `the ${level} has used up its limit of ${formatCost(limitUsd)}`;

function budgetSteps({ level, isUnknown }: Spent, jobId: string): readonly string[] {
  const see = `see what it went to: tutti cost ${jobId}`;
  if (isUnknown) return [`count it as nothing: set budget.allowUnpriced, then tutti resume ${jobId}`, see];
  return level === "project"
    ? [`allow more: raise budget.maxCostUsdPerProject, then tutti resume ${jobId}`, "see what it went to: tutti cost"]
    : [`allow it more: tutti resume ${jobId} --max-cost <usd>`, see];
}
