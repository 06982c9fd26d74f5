import { describe, expect, it } from "vitest";

import { pauseReasonText } from "./pause-reason.ts";

const now = Date.UTC(2026, 10, 20, 12);
const place = { jobId: "job-1", now, timeZone: "UTC" };
const budget = { kind: "budget", level: "job", limitUsd: 5, isUnknown: false } as const;
const quota = { kind: "quota", message: "weekly limit\nreached" } as const;

describe("the text about a pause", () => {
  it("names the flag that allows a job more", () => {
    expect(pauseReasonText(budget, place)).toEqual({
      why: "the job has used up its limit of $5.00",
      next: ["allow it more: tutti resume job-1 --max-cost <usd>", "see what it went to: tutti cost job-1"],
    });
  });

  it("names the setting for the project, and for a cost that nobody knows", () => {
    expect(pauseReasonText({ ...budget, level: "project" }, place).next[0]).toContain("budget.maxCostUsdPerProject");
    expect(pauseReasonText({ ...budget, isUnknown: true }, place).next[0]).toContain("budget.allowUnpriced");
  });

  it("says when a quota comes back and how to go on then by itself", () => {
    const { why, next } = pauseReasonText({ ...quota, resetAt: now + 3_720_000 }, place);
    expect(why).toBe("weekly limit reached; it comes back at 2026-11-20 13:02:00, in 1h 02m");
    expect(next[0]).toContain("tutti resume job-1 --resume-at-reset");
  });

  it("doesn't offer to wait for a reset that has come, or that nobody named", () => {
    for (const resetAt of [now - 1, undefined]) {
      expect(pauseReasonText({ ...quota, resetAt }, place).next).toEqual(["go on: tutti resume job-1"]);
    }
    expect(pauseReasonText({ kind: "person" }, place).next).toEqual(["go on: tutti resume job-1"]);
    expect(pauseReasonText(undefined, place).next).toEqual(["go on: tutti resume job-1"]);
  });
});
