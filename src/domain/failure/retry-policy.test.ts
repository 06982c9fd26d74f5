import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureClasses, type FailureClass } from "./failure-class.ts";
import { tallyFailures } from "./failure-tally.ts";
import { defaultRetryLimits as limits, nextAfterFailure } from "./retry-policy.ts";

const after = (...history: readonly FailureClass[]) =>
  nextAfterFailure({ failureClass: history.at(-1) ?? "bug", attempts: tallyFailures(history), limits });

const times = (count: number, failureClass: FailureClass): readonly FailureClass[] =>
  Array.from({ length: count }, () => failureClass);

describe("nextAfterFailure", () => {
  it.each<[FailureClass, object]>([
    [
      "transient",
      { kind: "retry", delayBackoff: limits.transientBackoff, countsAsAttempt: false, resumeSession: true },
    ],
    ["rate_limited", { kind: "retry", delayBackoff: limits.rateLimitBackoff, countsAsAttempt: false }],
    ["exhausted", { kind: "pause" }],
    ["recoverable", { kind: "retry", countsAsAttempt: true, resumeSession: true, withFeedback: true }],
    ["permanent", { kind: "fail" }],
    ["conflict", { kind: "retry", countsAsAttempt: false, resumeSession: false, withFeedback: true }],
    ["stuck", { kind: "retry", countsAsAttempt: true, resumeSession: false }],
    ["killed", { kind: "retry", countsAsAttempt: false, resumeSession: true, delayBackoff: undefined }],
    ["bug", { kind: "fail" }],
  ])("follows a first %s failure as its class says", (failureClass, expected) => {
    expect(after(failureClass)).toMatchObject(expected);
  });

  it.each<[FailureClass, number, string]>([
    ["recoverable", limits.maxAttempts, "fail"],
    ["stuck", limits.maxAttempts, "fail"],
    ["transient", limits.maxTransient, "pause"],
    ["rate_limited", limits.maxTransient, "pause"],
    ["killed", limits.maxKilled, "fail"],
    ["conflict", limits.maxConflicts, "ask"],
  ])("retries a %s failure until the %i. one", (failureClass, limit, end) => {
    expect(after(...times(limit - 1, failureClass)).kind).toBe("retry");
    expect(after(...times(limit, failureClass)).kind).toBe(end);
  });

  it("forgets deaths and network failures when something else happened in between", () => {
    expect(after(...times(4, "killed"), "recoverable", ...times(4, "killed")).kind).toBe("retry");
    expect(after(...times(19, "rate_limited"), "killed", "transient")).toMatchObject({ kind: "retry", waitNumber: 1 });
  });

  it("pauses for a used-up quota whatever happened before, and never counts it", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...failureClasses)), (history) => {
        expect(after(...history, "exhausted").kind).toBe("pause");
        expect(tallyFailures([...history, "exhausted"]).counted).toBe(tallyFailures(history).counted);
      }),
    );
  });

  it("ends an endless series of the same failure", () => {
    fc.assert(
      fc.property(fc.constantFrom(...failureClasses), (failureClass) => {
        expect(after(...times(1_000, failureClass)).kind).not.toBe("retry");
      }),
    );
  });

  it("never gives the work more counted attempts than allowed", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...failureClasses), { maxLength: 40 }), (history) => {
        const started = history.findIndex((_, index) => after(...history.slice(0, index + 1)).kind !== "retry");
        const played = started === -1 ? history : history.slice(0, started + 1);
        expect(tallyFailures(played).counted).toBeLessThanOrEqual(limits.maxAttempts);
      }),
    );
  });
});
