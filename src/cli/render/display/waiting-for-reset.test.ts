import { describe, expect, it } from "vitest";

import { memoryOutput } from "../../memory-output.fixture.ts";
import { eventLog, foldAll, startedAt, viewOf } from "./job-view.fixture.ts";
import { liveFrame } from "./live-frame.ts";
import { resumeText } from "./overall-text.ts";
import { plainDisplay } from "./plain-display.ts";
import { noStyle } from "../style.ts";

const hourMs = 3_600_000;
const resume = {
  account: "default",
  at: startedAt + hourMs,
  resetAt: startedAt + hourMs - 1500,
  maxWaitMs: 24 * hourMs,
};

function waiting() {
  const log = eventLog();
  log.event(0, "job-status-changed", { from: "running", to: "paused" });
  log.event(0, "resume-scheduled", resume);
  return { log, view: foldAll(viewOf([{ key: "a" }]), log) };
}

describe("a job that waits for the reset of its quota", () => {
  it("counts down on a terminal, until it goes on", () => {
    const { log, view } = waiting();
    const frame = (afterMs: number, shown = view): string =>
      liveFrame(shown, {
        columns: 100,
        rows: 20,
        now: startedAt + afterMs,
        style: noStyle,
        remainingMs: undefined,
        timeZone: "UTC",
      });
    expect(frame(0)).toContain("goes on by itself at 13:00:00, in 1h 00m; Ctrl-C leaves it paused");
    expect(frame(hourMs - 30_000)).toContain("in 30s");
    log.event(3600, "job-status-changed", { from: "paused", to: "running" });
    expect(frame(hourMs, foldAll(view, log))).not.toContain("by itself");
  });

  it("prints fewer lines the longer the wait is", () => {
    const { view } = waiting();
    const output = memoryOutput();
    const display = plainDisplay({ output, progressIntervalMs: 10_000, timeZone: "UTC" });
    for (let second = 0; second <= 3600; second += 1) display.show({ view, news: [], now: startedAt + second * 1000 });
    const lines = output.out().trimEnd().split("\n");
    expect(lines[0]).toMatch(/job .* paused +goes on by itself at 13:00:00, in 5\dm/);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThan(60);
  });
});

describe("resumeText", () => {
  it("names the day when it may be another one", () => {
    const at = startedAt + 20 * hourMs;
    expect(resumeText({ ...resume, at }, startedAt, "UTC")).toMatch(/at \d{4}-\d\d-\d\d 08:00:00, in 20h 00m/);
  });

  it("says which setting keeps it from going on", () => {
    expect(resumeText({ ...resume, at: null, maxWaitMs: 60_000 }, startedAt, "UTC")).toBe(
      "doesn't go on by itself: the quota comes back at 12:59:58, in 59m 58s, and execution.maxQuotaWaitMs allows 1m 00s",
    );
  });
});
