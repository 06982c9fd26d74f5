const minutesOfDay = 1_440;

/** A stretch of every day, by the minutes of the local clock; from 22:00 to 07:00 it goes over midnight. */
export type QuietHours = {
  readonly fromMinute: number;
  /** The first minute that is not quiet any more. */
  readonly toMinute: number;
};

/** What {@link parseQuietHours} reads: `22:00-07:00`, with two different times. */
export const quietHoursPattern = /^(?!(.{5})-\1$)(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/;

/** @returns `undefined` for a text of another form */
export function parseQuietHours(text: string): QuietHours | undefined {
  if (!quietHoursPattern.test(text)) return undefined;
  const [fromMinute = 0, toMinute = 0] = text.split("-").map(minuteOf);
  return { fromMinute, toMinute };
}

function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

/** @param minute - of the local day, from 0 */
export const isQuiet = ({ fromMinute, toMinute }: QuietHours, minute: number): boolean =>
  fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;

/** The minute of a time's day on the local clock, from 0. Time in milliseconds since the Unix epoch. */
export type MinuteOfDay = (at: number) => number;

/** By the time zone of this process. */
export const localMinuteOfDay: MinuteOfDay = (at) => {
  const time = new Date(at);
  return time.getHours() * 60 + time.getMinutes();
};

const minuteMs = 60_000;
/** A day that a clock change makes longer, and the stretch may begin late in it. */
const mostMinutes = minutesOfDay + 180;

/**
 * The first moment from `at` on that is not quiet. It asks the local clock minute by minute, because clocks that are put forward
 * or back leave minutes out or show them twice.
 */
export function endOfQuiet(quiet: QuietHours, at: number, minuteOfDay: MinuteOfDay): number {
  if (!isQuiet(quiet, minuteOfDay(at))) return at;
  const first = Math.floor(at / minuteMs) * minuteMs;
  for (let minutes = 1; minutes < mostMinutes; minutes += 1) {
    const next = first + minutes * minuteMs;
    if (!isQuiet(quiet, minuteOfDay(next))) return next;
  }
  return at;
}
