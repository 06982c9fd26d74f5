import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { taskIdOf } from "../../../domain/ids.ts";
import { endTask, eventLog, foldAll, jobId, startedAt, startTask, used, viewOf } from "./job-view.fixture.ts";
import { withUsage, type JobView } from "./job-view.ts";
import { liveFrame } from "./live-frame.ts";
import { remainingMs } from "./job-progress.ts";
import { colourStyle, noStyle } from "../style.ts";
import { displayWidth } from "../terminal-text.ts";

const now = startedAt + 74_000;

function frame(view: JobView, size: { columns: number; rows?: number }): readonly string[] {
  const { columns, rows = 40 } = size;
  const remaining = remainingMs(view, now);
  return liveFrame(view, { columns, rows, now, style: noStyle, remainingMs: remaining, timeZone: "UTC" }).split("\n");
}

/** One task of each interesting kind, 74 seconds after the start. */
function busyView(): JobView {
  const log = eventLog();
  startTask(log, 0, "csv-parser");
  endTask(log, 64, "csv-parser");
  startTask(log, 64, "csv-export");
  log.event(70, "attempt-started", { number: 2, workerId: "w1", baseCommit: "b" }, "csv-export");
  log.activity(72, "Edit src/export.ts", { key: "csv-export" });
  startTask(log, 65, "docs");
  log.event(66, "task-status-changed", { from: "running", to: "waiting", reason: "may it run make?" }, "docs");
  const view = viewOf([
    { key: "csv-parser", title: "Parse CSV rows" },
    { key: "csv-export", title: "Write the export command", dependsOn: ["csv-parser"] },
    { key: "docs", title: "Describe the format" },
    { key: "release", title: "Prepare the release", dependsOn: ["csv-export"] },
  ]);
  const byTask = new Map([
    [taskIdOf(jobId, "csv-parser"), used(12_345, 0.0123)],
    [taskIdOf(jobId, "csv-export"), used(8_100, null)],
  ]);
  return withUsage(foldAll(view, log), byTask, used(20_445, null));
}

describe("the live frame", () => {
  it("draws a line for each task and the whole below", () => {
    expect(frame(busyView(), { columns: 100 })).toEqual([
      "Add a CSV export",
      "✓ csv-parser #1  Parse CSV rows                                               1m 04s  12.3k  $0.0123",
      "⠋ csv-export #2  Write the export command  Edit src/export.ts                    10s   8.1k unpriced",
      "? docs       #1  Describe the format  may it run make?",
      "· release        Prepare the release",
      "[███░░░░░░░░░] 1/4 done · 1 running · 1 waiting · ETA 1m 58s · 20.4k tokens · unpriced · 1/2 workers",
    ]);
  });

  it("leaves out cost, tokens and attempt on a narrow terminal", () => {
    expect(frame(busyView(), { columns: 40 })).toEqual([
      "Add a CSV export",
      "✓ csv-parser Parse CSV rows       1m 04s",
      "⠋ csv-export Edit src/export.ts      10s",
      "? docs       may it run make?",
      "· release    Prepare the release",
      "[█░░░░] 1/4 done · 1 running · 1 waitin…",
    ]);
  });

  it("shows what runs first when there are more tasks than rows", () => {
    const keys = Array.from({ length: 40 }, (_, at) => ({ key: `t${at}` }));
    const log = eventLog();
    startTask(log, 0, "t0");
    endTask(log, 10, "t0");
    startTask(log, 10, "t30");
    startTask(log, 10, "t31");
    endTask(log, 20, "t31", "failed");
    const view = foldAll(viewOf(keys), log);
    expect(frame(view, { columns: 60, rows: 7 }).slice(1, -1)).toEqual([
      "⠋ t30 #1  t30                                  1m 04s",
      "✗ t31 #1  t31                                     10s",
      "· t1      t1",
      "· t2      t2",
      "… 36 more: 35 pending, 1 completed",
    ]);
    const idle = viewOf(keys);
    expect(frame(idle, { columns: 60, rows: 7 }).at(-2)).toBe("… 36 more pending");
  });

  it("shows the manager, a pause and warnings below the tasks", () => {
    const log = eventLog();
    log.event(1, "agent-session-started", { role: "manager", sessionId: "s", model: "opus" });
    log.activity(2, "Read README.md", { role: "manager" });
    const error = { code: "QUOTA_EXHAUSTED", message: "limit", failureClass: "exhausted", context: {} } as const;
    log.event(3, "dispatch-paused", { account: "default", until: startedAt + 3_674_000, error });
    log.event(4, "permission-denied", { tool: "Bash", summary: "Bash(curl x)" }, "docs");
    const view = { ...foldAll(viewOf([]), log), status: "planning" as const };
    expect(frame(view, { columns: 80 })).toEqual([
      "Add a CSV export",
      "manager: Read README.md",
      "paused until 13:01:14 (in 1h 00m): limit",
      "! docs: permission denied: Bash(curl x)",
      "[░░░░░░░░░░] planning",
    ]);
  });

  it("lets nothing run on after the job was interrupted", () => {
    const view = { ...busyView(), status: "interrupted" as const };
    expect(frame(view, { columns: 100 }).filter((line) => /csv-export|done/.test(line))).toEqual([
      "● csv-export #2  Write the export command  Edit src/export.ts                          8.1k unpriced",
      "[███░░░░░░░░░] interrupted · 1/4 done · 1 unfinished · 1 waiting · 20.4k tokens · unpriced",
    ]);
  });

  it("forgets a pause whose time has come", () => {
    const log = eventLog();
    const error = { code: "QUOTA_EXHAUSTED", message: "limit", failureClass: "exhausted", context: {} } as const;
    log.event(3, "dispatch-paused", { account: "default", until: now - 1, error });
    expect(frame(foldAll(viewOf([]), log), { columns: 80 })).toHaveLength(2);
  });

  it.each([20, 30, 47, 48, 59, 60, 71, 72, 80, 120, 200])("stays within %i columns and its rows", (columns) => {
    const wide = viewOf([
      { key: "a-key-that-is-longer-than-any-column", title: "日本語のタイトルがとても長い場合でも幅を超えない" },
      { key: "b", title: "x".repeat(300) },
    ]);
    for (const view of [busyView(), wide, viewOf([])]) {
      for (const rows of [3, 4, 6, 40]) {
        const lines = frame(view, { columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
      }
    }
  });

  it("colours without changing the layout", () => {
    const options = { columns: 80, rows: 40, now, remainingMs: undefined };
    const coloured = liveFrame(busyView(), { ...options, style: colourStyle });
    expect(coloured).toContain("\u001B[32m✓\u001B[39m");
    const bare = stripVTControlCharacters(coloured).replaceAll(/ +$/gm, "");
    expect(bare).toBe(liveFrame(busyView(), { ...options, style: noStyle }));
  });
});
