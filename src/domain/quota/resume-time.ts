import { endOfQuiet, localMinuteOfDay, type MinuteOfDay, type QuietHours } from "./quiet-hours.ts";

/** When a job may go on by itself after its quota had ended. */
export type ResumeRules = {
  /** The longest wait in one go, in milliseconds. */
  readonly maxWaitMs: number;
  /** It doesn't go on by itself in these hours, but when they end. Default: none. */
  readonly quietHours?: QuietHours;
};

/** Times in milliseconds since the Unix epoch. */
export type QuotaWait = {
  readonly now: number;
  /** When this waiting began; a wait that follows one without any progress in between belongs to it. */
  readonly since: number;
  /** When the quota comes back; it may lie in the past. */
  readonly resetAt: number;
  /** How often in a row it went on and the quota was still out. */
  readonly failures: number;
  /** In [0, 1): not everybody who waited for the same reset begins at the same moment. */
  readonly random: number;
};

export type ResumeTime = {
  readonly at: number;
  /** It is later than `maxWaitMs` allows: a person has to decide. */
  readonly isTooLate: boolean;
};

const shortestPauseMs = 1_000;
const longestPauseMs = 300_000;

/**
 * When a job may go on: at the reset and a moment, 1 to 2 s, which doubles up to 5 min (and up to as much again) with
 * every time that it was in vain; never at once, however far back the reset lies; after quiet hours, if it falls into them.
 * @param minuteOfDay - the local clock. Default: this process's
 */
export function resumeTime(
  { now, since, resetAt, failures, random }: QuotaWait,
  { maxWaitMs, quietHours }: ResumeRules,
  minuteOfDay: MinuteOfDay = localMinuteOfDay,
): ResumeTime {
  const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures, 20));
  const earliest = Math.max(resetAt, now) + Math.ceil(pauseMs * (1 + random));
  const at = quietHours === undefined ? earliest : endOfQuiet(quietHours, earliest, minuteOfDay);
  return { at, isTooLate: at - since > maxWaitMs };
}
