/** `<1s`, `42s`, `1m 04s`, `1h 02m`, `2d 03h`. Cut, not rounded, so that a clock never runs ahead. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return durationMs <= 0 ? "0s" : "<1s";
  const seconds = Math.floor(durationMs / 1000);
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (minutes === 0) return `${seconds}s`;
  if (hours === 0) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  if (days === 0) return `${hours}h ${twoDigits(minutes % 60)}m`;
  return `${days}d ${twoDigits(hours % 24)}h`;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** `950`, `12.3k`, `4.5M`. */
export function formatTokens(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  // Rounding must not carry into a larger unit: 999,960 is 1.0M, not 1000.0k.
  if (tokens < 999_950) return `${(tokens / 1000).toFixed(1)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
}

/** `$0.0123`, from one dollar on `$12.34`; `null` is `unpriced`, which is not free. */
export function formatCost(costUsd: number | null): string {
  if (costUsd === null) return "unpriced";
  if (costUsd > 0 && costUsd < 0.0001) return "<$0.0001";
  return costUsd < 0.99995 ? `$${costUsd.toFixed(4)}` : `$${costUsd.toFixed(2)}`;
}

/** `3 tasks`, `1 task`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `3 files +120 -4`. */
export const formatDiff = (diff: {
  readonly files: number;
  readonly added: number;
  readonly deleted: number;
}): string => `${counted(diff.files, "file")} +${diff.added} -${diff.deleted}`;

/** The first twelve digits of a commit. */
export const shortCommit = (commit: string): string => commit.slice(0, 12);

/**
 * `12:03:04`
 * @param at - milliseconds since the Unix epoch
 * @param timeZone - IANA name; default: the machine's
 */
export const formatClock = (at: number, timeZone?: string): string => inZone(at, timeZone).slice(11);

/** `2026-11-21 12:03:04` */
export const formatDateTime = (at: number, timeZone?: string): string => inZone(at, timeZone);

/** Swedish is the locale whose usual form is ISO 8601. */
function inZone(at: number, timeZone: string | undefined): string {
  const options = { dateStyle: "short", timeStyle: "medium", ...(timeZone === undefined ? {} : { timeZone }) } as const;
  return new Intl.DateTimeFormat("sv-SE", options).format(at);
}
