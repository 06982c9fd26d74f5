import { describe, expect, it } from "vitest";
import { formatClock, formatCost, formatDateTime, formatDuration, formatTokens } from "./quantities.ts";

describe("quantities", () => {
  it.each([
    [-5, "0s"],
    [0, "0s"],
    [999, "<1s"],
    [1000, "1s"],
    [59_999, "59s"],
    [64_000, "1m 04s"],
    [3_599_999, "59m 59s"],
    [3_720_000, "1h 02m"],
    [183_600_000, "2d 03h"],
  ])("shows %i ms as %s", (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  it.each([
    [0, "0"],
    [950, "950"],
    [12_345, "12.3k"],
    [999_949, "999.9k"],
    [999_950, "1.0M"],
    [4_500_000, "4.5M"],
  ])("shows %i tokens as %s", (tokens, text) => {
    expect(formatTokens(tokens)).toBe(text);
  });

  it.each([
    [null, "unpriced"],
    [0, "$0.0000"],
    [0.00001, "<$0.0001"],
    [0.0123, "$0.0123"],
    [0.99996, "$1.00"],
    [12.345, "$12.35"],
  ])("shows a cost of %s as %s", (costUsd, text) => {
    expect(formatCost(costUsd)).toBe(text);
  });

  it("shows times of day in a zone", () => {
    const at = Date.UTC(2026, 10, 21, 23, 3, 4);
    expect(formatClock(at, "UTC")).toBe("23:03:04");
    expect(formatDateTime(at, "Asia/Tokyo")).toBe("2026-11-22 08:03:04");
  });
});
