import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccountLimits,
  afterReading,
  afterRefusal,
  agentCeiling,
  fullPace,
  type LimitReading,
  nothingKnown,
  type Pace,
} from "./account-limits.ts";

const start = Date.parse("2026-11-21T12:00:00Z");
const seconds = (count: number): number => start + count * 1000;
const limits = (pace: Pace): AccountLimits => ({ account: "a", ...nothingKnown, pace });

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

const readingOf = (status: LimitReading["status"], ...windows: LimitReading["windows"]): LimitReading => {
  const { name = "account", resetAt } = windows[0] ?? {};
  return { status, about: { name, ...(resetAt === undefined ? {} : { resetAt }) }, windows };
};

/** Six agents at work, and these answers at these seconds. */
const afterAnswers = (answers: readonly (readonly [at: number, LimitReading])[]): AccountLimits =>
  answers.reduce(
    (known, [at, reading]) => afterReading(known, reading, { now: seconds(at), atWork: 6 }),
    limits(fullPace),
  );

const agentsAt = (known: AccountLimits, at: number): number | undefined =>
  agentCeiling(known, { now: seconds(at) })?.agents;

describe("a warning of the server", () => {
  const warning = readingOf("warning", window(0.9));
  const week = { name: "seven_day", usedShare: 0.5, resetAt: seconds(500_000) };

  it("halves once, and lets nothing grow until the window ends", () => {
    const known = afterAnswers([
      [0, warning],
      [60, warning],
    ]);
    expect(agentCeiling(known, { now: seconds(3599) })).toEqual({
      agents: 3,
      reason: "the account is about to reach a limit: 90% of its five-hour window is used",
    });
    expect(agentsAt(known, 3601)).toBeUndefined();
  });

  it("halves once however often answers about other windows come between, and ends with its own window", () => {
    const answers = Array.from(
      { length: 40 },
      (_, n) => [n * 20, n % 2 === 0 ? warning : readingOf("allowed", week)] as const,
    );
    const known = afterAnswers(answers);
    expect(agentsAt(known, 801)).toBe(3);
    expect(agentsAt(known, 3601)).toBeUndefined();
  });

  it("that was taken back and comes again does not halve again", () => {
    const allowed = readingOf("allowed", window(0.6));
    expect(
      agentsAt(
        afterAnswers([
          [0, warning],
          [31, allowed],
        ]),
        31,
      ),
    ).toBe(4);
    expect(
      agentsAt(
        afterAnswers([
          [0, warning],
          [31, allowed],
          [32, warning],
        ]),
        32,
      ),
    ).toBe(3);
  });

  it("halves again for another window, but not for answers that were under way at the cut", () => {
    const other = readingOf("warning", week);
    expect(
      agentsAt(
        afterAnswers([
          [0, warning],
          [1, other],
        ]),
        1,
      ),
    ).toBe(3);
    expect(
      agentsAt(
        afterAnswers([
          [0, warning],
          [10, other],
        ]),
        10,
      ),
    ).toBe(1);
    expect(
      agentsAt(
        afterAnswers([
          [0, warning],
          [3601, readingOf("warning", window(0.9, seconds(9000)))],
        ]),
        3601,
      ),
    ).toBe(3);
  });

  it("never halves more often than there are windows that it warns of", () => {
    const names = ["five_hour", "seven_day", "seven_day_opus"];
    const answer = fc.record({
      status: fc.constantFrom("allowed" as const, "warning" as const, "rejected" as const),
      name: fc.constantFrom(...names),
    });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), (all) => {
        const cuts = new Set<number>();
        let known = limits(fullPace);
        for (const [n, { status, name }] of all.entries()) {
          const reading = readingOf(status, { name, usedShare: 0.9, resetAt: seconds(100_000) });
          known = afterReading(known, reading, { now: seconds(n * 10), atWork: 64 });
          if (known.pace.limit !== null) cuts.add(known.pace.cutAt);
        }
        const warned = new Set(all.filter(({ status }) => status === "warning").map(({ name }) => name));
        expect(cuts.size).toBe(warned.size);
      }),
    );
  });

  it("without an end is over with the next answer that takes it back", () => {
    const endless = readingOf("warning");
    expect(agentsAt(afterAnswers([[0, endless]]), 1_000_000)).toBe(3);
    expect(
      agentsAt(
        afterAnswers([
          [0, endless],
          [31, readingOf("allowed")],
        ]),
        61,
      ),
    ).toBe(5);
  });

  it("is none when all is well", () => {
    const known = afterAnswers([[0, readingOf("allowed", window(0.9))]]);
    expect(known.pace).toBe(fullPace);
    expect(agentsAt(known, 0)).toBeUndefined();
  });
});

describe("a limit on the share of the account", () => {
  const known = afterAnswers([[0, readingOf("allowed", window(0.2), { ...window(0.81), name: "seven_day" })]]);

  it("lets one agent at a time go on above it, until the window ends", () => {
    expect(agentCeiling(known, { now: start, maxUsedShare: 0.8 })).toEqual({
      agents: 1,
      reason: "81% of the account's seven-day window is used, more than execution.maxAccountUtilization allows (80%)",
    });
    expect(agentCeiling(known, { now: start, maxUsedShare: 0.9 })).toBeUndefined();
    expect(agentCeiling(known, { now: seconds(3601), maxUsedShare: 0.8 })).toBeUndefined();
  });
});
