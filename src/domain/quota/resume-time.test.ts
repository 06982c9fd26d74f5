import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { endOfQuiet, isQuiet, parseQuietHours, type MinuteOfDay, type QuietHours } from "./quiet-hours.ts";
import { resumeTime, type QuotaWait } from "./resume-time.ts";

const hourMs = 3_600_000;

/** The clock on the wall in a zone. */
function clockIn(timeZone: string): MinuteOfDay {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return (at) => {
    const [hours = 0, minutes = 0] = format.format(at).split(":").map(Number);
    return hours * 60 + minutes;
  };
}

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"].map(clockIn);
const berlin = clockIn("Europe/Berlin");

/** A whole year, the days of both clock changes more often than others. */
const time = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
  ...[Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25), Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)].map((day) =>
    fc.integer({ min: day - 24 * hourMs, max: day + 24 * hourMs }),
  ),
);
const minute = fc.nat(1439);
const quiet = fc
  .record({ fromMinute: minute, toMinute: minute })
  .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute);
const wait: fc.Arbitrary<QuotaWait> = fc
  .record({
    now: time,
    waitedMs: fc.nat(48 * hourMs),
    resetInMs: fc.integer({ min: -48 * hourMs, max: 200 * hourMs }),
    failures: fc.nat(2000),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })
  .map(({ now, waitedMs, resetInMs, ...rest }) => ({ now, since: now - waitedMs, resetAt: now + resetInMs, ...rest }));

const night: QuietHours = { fromMinute: 22 * 60, toMinute: 7 * 60 };

describe("resumeTime", () => {
  it("never comes before the reset, nor sooner than a second from now, however far back the reset lies", () => {
    fc.assert(
      fc.property(wait, fc.option(quiet, { nil: undefined }), (asked, quietHours) => {
        const rules = { maxWaitMs: hourMs, ...(quietHours === undefined ? {} : { quietHours }) };
        const { at } = resumeTime(asked, rules, berlin);
        expect(at).toBeGreaterThanOrEqual(asked.resetAt);
        expect(at).toBeGreaterThanOrEqual(asked.now + 1000);
      }),
    );
  });

  it("never falls into quiet hours, in no zone and over no clock change", () => {
    fc.assert(
      fc.property(wait, quiet, fc.constantFrom(...zones), (asked, quietHours, zone) => {
        const { at } = resumeTime(asked, { maxWaitMs: hourMs, quietHours }, zone);
        expect(isQuiet(quietHours, zone(at))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("is too late exactly when the whole wait would be longer than allowed", () => {
    fc.assert(
      fc.property(wait, fc.nat(300 * hourMs), (asked, maxWaitMs) => {
        const { at, isTooLate } = resumeTime(asked, { maxWaitMs });
        expect(isTooLate).toBe(at > asked.since + maxWaitMs);
      }),
    );
  });

  it("waits longer each time it was in vain, up to ten minutes", () => {
    const after = (failures: number, random = 0) =>
      resumeTime({ now: 0, since: 0, resetAt: -hourMs, failures, random }, { maxWaitMs: hourMs }).at;
    expect([0, 1, 2, 3, 50].map((failures) => after(failures))).toEqual([1000, 2000, 4000, 8000, 300_000]);
    expect(after(50, 0.999)).toBeLessThan(600_001);
  });

  it("goes on in the morning when the quota comes back at night", () => {
    const reset = Date.UTC(2026, 10, 20, 23, 30);
    const asked = { now: reset - hourMs, since: reset - hourMs, resetAt: reset, failures: 0, random: 0 };
    const { at } = resumeTime(asked, { maxWaitMs: 24 * hourMs, quietHours: night }, clockIn("UTC"));
    expect(new Date(at).toISOString()).toBe("2026-11-21T07:00:00.000Z");
  });
});

describe("endOfQuiet", () => {
  it("comes an hour sooner or later by the clock of the world when clocks change in the night", () => {
    const ends = (day: number, month: number) =>
      new Date(endOfQuiet(night, Date.UTC(2026, month, day, 22, 30), berlin));
    expect(ends(28, 2).toISOString()).toBe("2026-03-29T05:00:00.000Z");
    expect(ends(24, 9).toISOString()).toBe("2026-10-25T06:00:00.000Z");
    expect(ends(20, 10).toISOString()).toBe("2026-11-21T06:00:00.000Z");
  });

  it("is the first minute that is not quiet", () => {
    fc.assert(
      fc.property(time, quiet, fc.constantFrom(...zones), (at, quietHours, zone) => {
        const end = endOfQuiet(quietHours, at, zone);
        const isQuietAt = (moment: number) => isQuiet(quietHours, zone(moment));
        expect(isQuietAt(end)).toBe(false);
        expect(end === at ? isQuietAt(at) : !isQuietAt(end - 60_000)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("ends with the hour that the clock leaves out", () => {
    const quietHours = { fromMinute: 60, toMinute: 150 };
    expect(new Date(endOfQuiet(quietHours, Date.UTC(2026, 2, 29, 0, 30), berlin)).toISOString()).toBe(
      "2026-03-29T01:00:00.000Z",
    );
  });
});

describe("parseQuietHours", () => {
  it("reads two times of a day", () => {
    expect(parseQuietHours("22:00-07:00")).toEqual(night);
    expect(parseQuietHours("00:15-23:59")).toEqual({ fromMinute: 15, toMinute: 1439 });
  });

  it.each(["22-7", "24:00-07:00", "22:60-07:00", "22:00-22:00", "22:00 - 07:00", ""])("refuses %j", (text) => {
    expect(parseQuietHours(text)).toBeUndefined();
  });
});
