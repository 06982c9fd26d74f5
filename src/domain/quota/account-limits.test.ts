import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccountLimits,
  afterReading,
  afterRefusal,
  agentCeiling,
  fullPace,
  type LimitReading,
  nothingRead,
  type Pace,
} from "./account-limits.ts";

const start = Date.parse("2026-11-21T12:00:00Z");
const seconds = (count: number): number => start + count * 1000;
const limits = (pace: Pace, reading: LimitReading = nothingRead): AccountLimits => ({ account: "a", reading, pace });

/** A run of refusals at these seconds. */
const refusedAt = (times: readonly number[], atWork: number, pace: Pace = fullPace): Pace =>
  times.reduce((current, at) => afterRefusal(current, { now: seconds(at), atWork }), pace);

const ceilingAt = (pace: Pace, at: number): number | undefined =>
  agentCeiling(limits(pace), { now: seconds(at) })?.agents;

describe("short refusals", () => {
  it("hold nothing back as long as they are no run", () => {
    expect(ceilingAt(refusedAt([0, 1], 8), 2)).toBeUndefined();
    expect(ceilingAt(refusedAt([0, 61, 122, 183], 8), 184)).toBeUndefined();
  });

  it("halve the agents at once, and one comes back for each half minute", () => {
    const pace = refusedAt([0, 1, 2], 8);
    expect([3, 31, 33, 62, 122].map((at) => ceilingAt(pace, at))).toEqual([4, 4, 5, 6, 8]);
  });

  it("of requests that were under way at the cut count nothing", () => {
    expect(ceilingAt(refusedAt([0, 0, 0, 1, 1, 1, 2, 2, 2], 8), 3)).toBe(4);
  });

  it("that go on halve again", () => {
    expect(ceilingAt(refusedAt([10, 11, 12], 4, refusedAt([0, 1, 2], 8)), 13)).toBe(2);
  });

  it("never lead below one agent, nor above what was at work", () => {
    const times = fc.array(fc.nat({ max: 600 }), { maxLength: 60 }).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 64 }), fc.nat({ max: 60 }), (all, atWork, later) => {
        const pace = refusedAt(all, atWork);
        const last = all.at(-1) ?? 0;
        const now = ceilingAt(pace, last);
        expect(now === undefined || now >= 1).toBe(true);
        expect(pace.limit ?? 1).toBeLessThanOrEqual(Math.max(1, atWork / 2));
        // Without a refusal there is never less, and at last no limit at all.
        expect((ceilingAt(pace, last + later) ?? 64) >= (now ?? 64)).toBe(true);
        expect(ceilingAt(pace, last + 64 * 30)).toBeUndefined();
      }),
    );
  });

  it("don't lock anything when the clock is set back", () => {
    expect(ceilingAt(refusedAt([0, 1, 2], 8), -86_400)).toBe(4);
    expect(ceilingAt(refusedAt([-10_000, -9_999, -9_998], 4, refusedAt([0, 1, 2], 8)), -9_998)).toBe(2);
  });
});

const window = (usedShare: number, resetAt = seconds(3600)) => ({ name: "five_hour", usedShare, resetAt });

describe("a warning of the server", () => {
  const warning: LimitReading = { status: "warning", windows: [window(0.9)] };

  it("halves once, and lets nothing grow until the window ends", () => {
    const moment = { now: start, atWork: 6 };
    const pace = afterReading(limits(fullPace), warning, moment);
    expect(afterReading(limits(pace, warning), warning, moment)).toBe(pace);
    expect(agentCeiling(limits(pace, warning), { now: seconds(3599) })).toEqual({
      agents: 3,
      reason: "the account is about to reach a limit: 90% of its five-hour window is used",
    });
    expect(agentCeiling(limits(pace, warning), { now: seconds(3601) })).toBeUndefined();
  });

  it("is none when all is well", () => {
    const reading: LimitReading = { status: "allowed", windows: [window(0.9)] };
    expect(afterReading(limits(fullPace), reading, { now: start, atWork: 6 })).toBe(fullPace);
    expect(agentCeiling(limits(fullPace, reading), { now: start })).toBeUndefined();
  });
});

describe("a limit on the share of the account", () => {
  const reading: LimitReading = { status: "allowed", windows: [window(0.2), { ...window(0.81), name: "seven_day" }] };

  it("lets one agent at a time go on above it, until the window ends", () => {
    expect(agentCeiling(limits(fullPace, reading), { now: start, maxUsedShare: 0.8 })).toEqual({
      agents: 1,
      reason: "81% of the account's seven-day window is used, more than execution.maxAccountUtilization allows (80%)",
    });
    expect(agentCeiling(limits(fullPace, reading), { now: start, maxUsedShare: 0.9 })).toBeUndefined();
    expect(agentCeiling(limits(fullPace, reading), { now: seconds(3601), maxUsedShare: 0.8 })).toBeUndefined();
  });
});
