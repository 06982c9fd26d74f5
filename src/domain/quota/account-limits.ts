/** One window of an account's quota, as last heard of. */
export type LimitWindow = {
  /** `five_hour`, `seven_day`, or another that the server names. */
  readonly name: string;
  /** In [0, 1]. */
  readonly usedShare: number;
  /** When it ends, in milliseconds since the Unix epoch; absent when the server didn't say. */
  readonly resetAt?: number;
};

/** What a model server tells of an account beside an answer. */
export type LimitReading = {
  /** `warning`: a window is about to be used up. */
  readonly status: "allowed" | "warning" | "rejected";
  /** The window that the status is about; absent when the server names none. */
  readonly about?: Pick<LimitWindow, "name" | "resetAt">;
  readonly windows: readonly LimitWindow[];
};

/** A window that the server has warned of. */
export type LimitWarning = Pick<LimitWindow, "name" | "resetAt"> & {
  /** `false`: the server has since said that there is room in it again. */
  readonly holds: boolean;
};

/** What is known of an account. */
export type AccountLimits = {
  readonly account: string;
  readonly windows: readonly LimitWindow[];
  readonly warnings: readonly LimitWarning[];
  readonly pace: Pace;
};

/**
 * How fast agents may be started on an account, as it was when it last changed: additive increase, multiplicative decrease
 * (Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in Computer Networks", Computer
 * Networks and ISDN Systems 17, 1989). Whoever adds little by little and halves at a sign of congestion ends up with a fair
 * share of what there is, also when others draw on the same account.
 */
export type Pace = {
  /** Agents at once after the last cut; `null`: it was never cut. */
  readonly limit: number | null;
  /** When that was, in milliseconds since the Unix epoch. */
  readonly cutAt: number;
  /** Times of refusals that have led to no cut yet. */
  readonly refusedAt: readonly number[];
};

export const fullPace: Pace = { limit: null, cutAt: 0, refusedAt: [] };
export const nothingKnown: Omit<AccountLimits, "account"> = { windows: [], warnings: [], pace: fullPace };

/** So many refusals within `runMs` are no accident. */
const runLength = 3;
const runMs = 60_000;
/** Answers to requests that were under way when agents were held back tell nothing new. */
const echoMs = 5_000;
/** One agent more for each of these without a cut. */
const growEveryMs = 30_000;
/** More agents than that never run at once: the account is at full pace again. */
const enough = 64;

type Moment = {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Agents at work on the account. */
  readonly atWork: number;
};

/** The server asked to slow down, shortly: an HTTP 429 that is no used-up quota. */
export function afterRefusal(pace: Pace, moment: Moment): Pace {
  const { now } = moment;
  if (isEcho(pace, now)) return pace;
  const refusedAt = [...pace.refusedAt, now].filter((at) => Math.abs(now - at) < runMs);
  return refusedAt.length < runLength ? { ...pace, refusedAt } : cut(pace, moment);
}

/** A window that this answer did not tell of is as it was. Each window is a reason to halve once, until it ends. */
export function afterReading(before: AccountLimits, reading: LimitReading, moment: Moment): AccountLimits {
  const told = new Set(reading.windows.map(({ name }) => name));
  const { pace, warnings } = afterStatus(before, reading, moment);
  const windows = [...reading.windows, ...before.windows.filter(({ name }) => !told.has(name))];
  return { ...before, windows, warnings, pace };
}

function afterStatus(
  before: AccountLimits,
  { status, about = unnamed }: LimitReading,
  moment: Moment,
): Pick<AccountLimits, "pace" | "warnings"> {
  const { pace } = before;
  const { now } = moment;
  const open = before.warnings.filter((warning) => isOpen(warning, now));
  const others = open.filter(({ name }) => name !== about.name);
  const known = open.find(({ name }) => name === about.name);
  if (status === "warning") {
    const isNews = known === undefined && !isEcho(pace, now);
    return { warnings: [...others, { ...about, holds: true }], pace: isNews ? cut(pace, moment) : pace };
  }
  if (status === "rejected" || known === undefined) return { warnings: open, pace };
  // Nobody knows when one without an end is over: the next warning of it is news.
  return { warnings: known.resetAt === undefined ? others : [...others, { ...known, holds: false }], pace };
}

const unnamed = { name: "account" };

const isEcho = ({ limit, cutAt }: Pace, now: number): boolean => limit !== null && Math.abs(now - cutAt) < echoMs;

/** Half of those that are at work, or that might have been. */
function cut(pace: Pace, { now, atWork }: Moment): Pace {
  const busy = Math.max(1, Math.min(limitAt(pace, now) ?? atWork, atWork));
  return { limit: Math.max(1, Math.floor(busy / 2)), cutAt: now, refusedAt: [] };
}

/** A clock that was set back gives nothing and takes nothing. */
function limitAt({ limit, cutAt }: Pace, now: number): number | undefined {
  if (limit === null) return undefined;
  const grown = limit + Math.floor(Math.max(0, now - cutAt) / growEveryMs);
  return grown >= enough ? undefined : grown;
}

const isOpen = ({ resetAt }: Pick<LimitWindow, "resetAt">, now: number): boolean =>
  resetAt === undefined || resetAt > now;

export type AgentCeiling = {
  /** At least 1. */
  readonly agents: number;
  readonly reason: string;
};

/**
 * How many agents may run at once on an account; `undefined`: nothing is known that would hold them back.
 * @param maxUsedShare - above this share of a window, one at a time. Default: no such limit
 */
export function agentCeiling(
  { windows, warnings, pace }: AccountLimits,
  { now, maxUsedShare = 1 }: { readonly now: number; readonly maxUsedShare?: number | undefined },
): AgentCeiling | undefined {
  const full = windows.find((window) => isOpen(window, now) && window.usedShare > maxUsedShare);
  if (full !== undefined) return { agents: 1, reason: usedText(full, maxUsedShare) };
  const warned = warnings.filter((warning) => warning.holds && isOpen(warning, now));
  const agents = warned.length > 0 ? (pace.limit ?? undefined) : limitAt(pace, now);
  if (agents === undefined) return undefined;
  return {
    agents,
    reason: warned.length > 0 ? warningText(windows, warned) : "the model server asked to slow down (429)",
  };
}

function warningText(windows: readonly LimitWindow[], warned: readonly LimitWarning[]): string {
  const names = new Set(warned.map(({ name }) => name));
  const told = windows.filter(({ name }) => names.has(name));
  const fullest = told.toSorted((a, b) => b.usedShare - a.usedShare)[0];
  const used = fullest === undefined ? "" : `: ${percent(fullest.usedShare)} of its ${windowName(fullest)} is used`;
  return `the account is about to reach a limit${used}`;
}

const usedText = (window: LimitWindow, maxUsedShare: number): string =>
  `${percent(window.usedShare)} of the account's ${windowName(window)} is used, more than execution.maxAccountUtilization allows (${percent(maxUsedShare)})`;

const percent = (share: number): string => `${Math.round(share * 100)}%`;
const windowName = ({ name }: LimitWindow): string => `${name.replaceAll("_", "-")} window`;
