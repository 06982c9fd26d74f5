import { stripVTControlCharacters } from "node:util";

import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../domain/events.ts";
import { memoryOutput } from "../../memory-output.fixture.ts";
import type { JobResult } from "./display.ts";
import { fakeTerminal } from "./fake-terminal.fixture.ts";
import { endTask, eventLog, foldAll, startedAt, startTask, viewOf, type EventLogSketch } from "./job-view.fixture.ts";
import { jsonDisplay } from "./json-display.ts";
import { openLiveDisplay } from "./live-display.ts";
import { plainDisplay } from "./plain-display.ts";

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
const keys = [{ key: "csv-export" }, { key: "docs" }];

const eventsOf = (log: EventLogSketch): readonly StoredEvent[] => log.items.filter((item) => "type" in item);
const frameOf = (log: EventLogSketch, second: number) => ({
  view: foldAll(viewOf(keys), log),
  news: eventsOf(log),
  now: startedAt + second * 1000,
});

const result: JobResult = {
  jobId: "add-a-csv-3f2a",
  branch: "tutti/add-a-csv-3f2a",
  status: "interrupted",
  exitCode: 130,
  report: undefined,
};

describe("the plain display", () => {
  it("prints a line for each event that matters to a person", () => {
    const output = memoryOutput();
    const log = eventLog();
    log.event(0, "plan-accepted", { summary: "Two steps", taskCount: 2 });
    startTask(log, 4, "csv-export");
    log.activity(5, "Read src/a.ts", { key: "csv-export" });
    log.event(60, "attempt-executed", { status: "finished", durationMs: 56_000, usage: {} }, "csv-export");
    const gate = { name: "test", on: "attempt", isOk: false, exitCode: 1, durationMs: 2000 } as const;
    log.event(62, "gate-finished", gate, "csv-export");
    log.event(62, "attempt-decided", { decision: "retry", reasons: ["gate test failed"] }, "csv-export");
    log.event(63, "attempt-resumed", { number: 2, workerId: "w2", sessionId: null }, "csv-export");
    log.event(80, "permission-denied", { tool: "Bash", summary: "Bash(curl x)" }, "csv-export");
    log.event(90, "integration-finished", { commit: "0123456789abcdef" }, "csv-export");
    endTask(log, 90, "csv-export");
    log.event(91, "work-rescued", { ref: "refs/tutti/j/rescue/s", slot: "s", reason: "killed" });
    log.event(92, "job-status-changed", { from: "running", to: "interrupted", reason: "stopped by a person" });
    plainDisplay({ output, timeZone: "UTC" }).show(frameOf(log, 92));
    expect(output.out()).toBe(
      `
12:00:00 job         planned   2 tasks: Two steps
12:00:04 csv-export  running   attempt 1 (worker w1)
12:01:00 csv-export  checking  the agent finished after 56s
12:01:02 csv-export  gate      test failed (exit 1) in 2s
12:01:02 csv-export  again     gate test failed
12:01:03 csv-export  running   attempt 2 goes on (worker w2)
12:01:20 csv-export  warning   permission denied: Bash(curl x)
12:01:30 csv-export  merged    as 0123456789ab
12:01:30 csv-export  completed after 1m 26s
12:01:31 job         rescued   killed: refs/tutti/j/rescue/s
12:01:32 job         interrupted stopped by a person
`.trimStart(),
    );
  });

  it("says how things stand only when nothing else was printed for a while", () => {
    const output = memoryOutput();
    const log = eventLog();
    startTask(log, 0, "csv-export");
    const display = plainDisplay({ output, progressIntervalMs: 10_000, timeZone: "UTC" });
    display.show(frameOf(log, 0));
    const view = foldAll(viewOf(keys), log);
    const linesAt = (second: number): number => {
      display.show({ view, news: [], now: startedAt + second * 1000 });
      return output.out().split("\n").length - 1;
    };
    expect(linesAt(9)).toBe(1);
    expect(linesAt(10)).toBe(2);
    expect(linesAt(19)).toBe(2);
    expect(linesAt(20)).toBe(3);
    expect(output.out().split("\n")[1]).toBe(
      "12:00:10 job         running   0/2 done · 1 running · ETA – · 1/2 workers; csv-export 10s",
    );
  });

  it("keeps what happens while somebody is asked, and prints it afterwards", () => {
    const output = memoryOutput();
    const log = eventLog();
    startTask(log, 4, "csv-export");
    const display = plainDisplay({ output, timeZone: "UTC" });
    display.invite("1 question waits for you: press a to answer");
    display.invite("1 question waits for you: press a to answer");
    display.suspend();
    display.show(frameOf(log, 4));
    expect(output.out()).toBe("1 question waits for you: press a to answer\n");
    display.resume();
    expect(output.out().split("\n")[1]).toBe("12:00:04 csv-export  running   attempt 1 (worker w1)");
    display.suspend();
    display.show(frameOf(log, 5));
    display.close();
    expect(output.out().match(/attempt 1/g)).toHaveLength(2);
  });

  it("says how an unfinished job goes on", () => {
    const output = memoryOutput();
    plainDisplay({ output }).finish(result);
    expect(output.out()).toContain("go on: tutti resume add-a-csv-3f2a");
  });
});

describe("the JSON display", () => {
  it("prints each event as it is stored, and the result last", () => {
    const output = memoryOutput({ isJson: true });
    const log = eventLog();
    startTask(log, 0, "csv-export");
    log.activity(1, "Read", { key: "csv-export" });
    const display = jsonDisplay(output);
    display.show(frameOf(log, 1));
    display.close();
    display.finish(result);
    const lines = output.out().trimEnd().split("\n");
    expect(lines.slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual(eventsOf(log));
    const { report: _none, ...facts } = result;
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ type: "result", ...facts, report: null });
  });
});

describe("the live display", () => {
  async function open() {
    const terminal = fakeTerminal();
    return { ...terminal, display: await openLiveDisplay(terminal) };
  }

  const running = () => {
    const log = eventLog();
    startTask(log, 0, "csv-export");
    return log;
  };

  it("draws on the given stream, and gives the cursor back", async () => {
    const { display, written } = await open();
    display.show(frameOf(running(), 1));
    expect(stripVTControlCharacters(written())).toContain("⠋ csv-export #1  csv-export");
    expect(written().indexOf(hideCursor)).toBe(0);
    expect(written()).not.toContain(showCursor);
    display.close();
    display.close();
    expect(written().endsWith(showCursor)).toBe(true);
    expect(written().split(showCursor)).toHaveLength(2);
  });

  it("invites whoever watches, as long as there is something to do", async () => {
    const { display, written } = await open();
    display.invite("press a");
    display.show(frameOf(running(), 1));
    expect(stripVTControlCharacters(written())).toContain("? press a");
    display.invite(undefined);
    const before = written().length;
    display.show(frameOf(running(), 2));
    expect(written().slice(before)).not.toContain("press a");
    display.close();
  });

  it("leaves the last frame where it is, and draws nothing after its end", async () => {
    const { display, written } = await open();
    display.show(frameOf(running(), 1));
    display.close();
    const before = written();
    display.show(frameOf(running(), 2));
    expect(written()).toBe(before);
  });

  it("prints what others say above itself", async () => {
    const { display, output, written } = await open();
    display.show(frameOf(running(), 1));
    const before = written().length;
    output.stderr("Stopping\n");
    const after = stripVTControlCharacters(written().slice(before));
    expect(after.indexOf("Stopping")).toBeLessThan(after.indexOf("csv-export"));
    display.close();
    const end = written().length;
    output.stdout("later\n");
    expect(written().slice(end)).toBe("later\n");
  });

  it("makes room for a question, also by itself when the plan waits for a yes", async () => {
    const { display, written } = await open();
    const frame = frameOf(running(), 1);
    display.show(frame);
    display.suspend();
    expect(written().endsWith(showCursor)).toBe(true);
    const suspended = written();
    display.show(frame);
    expect(written()).toBe(suspended);
    display.resume();
    display.show(frame);
    expect(written().length).toBeGreaterThan(suspended.length);
    display.show({ ...frame, view: { ...frame.view, status: "proposed" } });
    expect(written().endsWith(showCursor)).toBe(true);
    display.close();
  });

  it("leaves no handler on the process", async () => {
    const before = process.listenerCount("exit");
    const { display } = await open();
    display.show(frameOf(running(), 1));
    expect(process.listenerCount("exit")).toBe(before + 1);
    display.close();
    expect(process.listenerCount("exit")).toBe(before);
  });
});
