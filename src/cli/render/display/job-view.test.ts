import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../domain/events.ts";
import { taskIdOf } from "../../../domain/ids.ts";
import { taskStatuses } from "../../../domain/task-status.ts";
import {
  endTask,
  eventLog,
  foldAll,
  job,
  jobId,
  startedAt,
  startTask,
  tasksOf,
  used,
  viewOf,
} from "./job-view.fixture.ts";
import { elapsedMs, progressOf, remainingMs } from "./job-progress.ts";
import { initialJobView, withTasks, withUsage } from "./job-view.ts";
import { reduceJobView } from "./reduce-job-view.ts";

const taskOf = (view: ReturnType<typeof viewOf>, key: string) => view.tasks.find((task) => task.key === key);

describe("reduceJobView", () => {
  it("shows what an agent does, and forgets it when the task moves on", () => {
    const log = eventLog();
    startTask(log, 1, "a");
    log.activity(2, "Read src/a.ts", { key: "a" });
    const reading = foldAll(viewOf([{ key: "a" }]), log);
    expect(taskOf(reading, "a")).toMatchObject({
      status: "running",
      attempt: 1,
      workerId: "w1",
      startedAt: startedAt + 1000,
      activity: { kind: "tool", text: "Read src/a.ts" },
    });
    log.event(3, "task-status-changed", { from: "running", to: "validating" }, "a");
    expect(taskOf(foldAll(reading, log), "a")?.activity).toBeUndefined();
  });

  it("ignores activity that trails in after the agent has ended", () => {
    const log = eventLog();
    startTask(log, 1, "a");
    endTask(log, 2, "a", "failed");
    log.activity(3, "Read src/a.ts", { key: "a" });
    expect(taskOf(foldAll(viewOf([{ key: "a" }]), log), "a")?.activity).toBeUndefined();
  });

  it("says how a task goes on after a retry", () => {
    const log = eventLog();
    startTask(log, 1, "a");
    log.event(2, "gate-finished", { name: "test", on: "attempt", isOk: false, exitCode: 1, durationMs: 5 }, "a");
    log.event(2, "attempt-decided", { decision: "retry", reasons: ["gate test failed"] }, "a");
    expect(taskOf(foldAll(viewOf([{ key: "a" }]), log), "a")?.activity?.text).toBe("again: gate test failed");
    log.event(3, "attempt-started", { number: 2, workerId: "w1", baseCommit: "b" }, "a");
    expect(taskOf(foldAll(viewOf([{ key: "a" }]), log), "a")).toMatchObject({ attempt: 2, activity: undefined });
  });

  it("lets a task that a person retries run anew", () => {
    const log = eventLog();
    startTask(log, 1, "a");
    endTask(log, 2, "a", "failed");
    log.event(3, "task-status-changed", { from: "failed", to: "pending", reason: "retried by a person" }, "a");
    const task = taskOf(foldAll(viewOf([{ key: "a" }]), log), "a");
    expect(task).toMatchObject({ status: "pending", endedAt: undefined, reason: "retried by a person" });
  });

  it("shows what manager and reviewer do beside the tasks", () => {
    const log = eventLog();
    log.event(1, "agent-session-started", { role: "manager", sessionId: "s", model: "claude-opus-5-5" });
    expect(foldAll(viewOf([]), log).activity).toMatchObject({ role: "manager", text: "started (claude-opus-5-5)" });
    log.activity(2, "Read README.md", { role: "manager" });
    expect(foldAll(viewOf([]), log).activity).toMatchObject({ role: "manager", text: "Read README.md" });
  });

  it("keeps a pause until dispatch is resumed", () => {
    const log = eventLog();
    const error = { code: "QUOTA_EXHAUSTED", message: "weekly limit", failureClass: "exhausted", context: {} } as const;
    log.event(1, "dispatch-paused", { account: "default", until: startedAt + 60_000, error });
    const paused = foldAll(viewOf([]), log);
    expect(paused.pauses).toEqual([
      { account: "default", since: startedAt + 1000, until: startedAt + 60_000, message: "weekly limit" },
    ]);
    log.event(2, "dispatch-resumed", { account: "default" });
    expect(foldAll(paused, log).pauses).toEqual([]);
  });

  it("collects rescues and warnings, and counts warnings that it no longer keeps", () => {
    const log = eventLog();
    log.event(1, "work-rescued", { ref: "refs/tutti/j/rescue/s", slot: "s", reason: "killed" });
    log.event(2, "checkout-moved", { changes: ["HEAD"] });
    for (let at = 0; at < 30; at += 1) {
      log.event(3, "permission-denied", { tool: "Bash", summary: `Bash(rm ${at})` }, "a");
    }
    const view = foldAll(viewOf([{ key: "a" }]), log);
    expect(view.rescues).toEqual([{ at: startedAt + 1000, ref: "refs/tutti/j/rescue/s", slot: "s", reason: "killed" }]);
    expect(view.warningCount).toBe(31);
    expect(view.warnings).toHaveLength(20);
    expect(view.warnings.at(-1)).toMatchObject({ taskKey: "a", text: "permission denied: Bash(rm 29)" });
  });

  it("takes escape sequences and line ends out of what agents say", () => {
    const log = eventLog();
    startTask(log, 1, "a");
    log.activity(2, "\u001B[2Jgone\n\u202Eevil", { key: "a" });
    expect(taskOf(foldAll(viewOf([{ key: "a" }]), log), "a")?.activity?.text).toBe("gone evil");
  });

  it("passes over events of a type that it doesn't know, and reads on behind them", () => {
    const view = viewOf([{ key: "a" }]);
    const unknown = { seq: 7, at: 1, type: "moon-landed", jobId, taskId: null, attemptId: null, data: {} };
    expect(reduceJobView(view, unknown as unknown as StoredEvent)).toEqual({ ...view, eventSeq: 7 });
  });

  it("passes over tasks that it doesn't know", () => {
    const log = eventLog();
    startTask(log, 1, "stranger");
    log.activity(2, "Read", { key: "stranger" });
    expect(foldAll(viewOf([{ key: "a" }]), log).tasks).toEqual(viewOf([{ key: "a" }]).tasks);
  });

  it("gives the same view when the same events are folded again", () => {
    const keys = ["a", "b", "c"] as const;
    const step = fc.record({
      key: fc.constantFrom(...keys),
      to: fc.constantFrom(...taskStatuses),
      what: fc.constantFrom("status", "attempt", "activity", "denied", "rescued"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), (steps, cutAt) => {
        const log = eventLog();
        for (const [second, { key, to, what }] of steps.entries()) {
          if (what === "status") log.event(second, "task-status-changed", { from: "pending", to }, key);
          if (what === "attempt")
            log.event(second, "attempt-started", { number: 1, workerId: "w", baseCommit: "b" }, key);
          if (what === "activity") log.activity(second, `step ${second}`, { key });
          if (what === "denied") log.event(second, "permission-denied", { tool: "Bash", summary: "x" }, key);
          if (what === "rescued") log.event(second, "work-rescued", { ref: "r", slot: "s", reason: "x" });
        }
        const once = foldAll(viewOf(keys.map((key) => ({ key }))), log);
        expect(foldAll(once, log)).toEqual(once);
        const part = log.items.slice(0, log.items.length === 0 ? 0 : cutAt % log.items.length);
        const halfway = part.reduce((view, item) => reduceJobView(view, item), viewOf(keys.map((key) => ({ key }))));
        expect(foldAll(halfway, log)).toEqual(once);
      }),
    );
  });
});

describe("a job's view", () => {
  it("takes in the tasks of a plan that comes later, and leaves known ones as they are", () => {
    const log = eventLog();
    startTask(log, 1, "a");
    const running = foldAll(viewOf([{ key: "a" }]), log);
    const both = withTasks(running, tasksOf([{ key: "a" }, { key: "b" }]));
    expect(both.tasks.map(({ key, status }) => [key, status])).toEqual([
      ["a", "running"],
      ["b", "pending"],
    ]);
    expect(both.placeOf.get(taskIdOf(jobId, "b"))).toBe(1);
  });

  it("adds usage up, and keeps unpriced apart from free", () => {
    const usage = new Map([[taskIdOf(jobId, "a"), used(1200, null)]]);
    const view = withUsage(viewOf([{ key: "a" }, { key: "b" }]), usage, used(2000, 0.5));
    expect(taskOf(view, "a")?.usage).toMatchObject({ totalTokens: 1200, costUsd: null });
    expect(taskOf(view, "b")?.usage).toBeUndefined();
    expect(view.usage).toMatchObject({ totalTokens: 2000, costUsd: 0.5 });
  });

  it("ends with the job", () => {
    const log = eventLog();
    log.event(9, "job-status-changed", { from: "running", to: "failed", reason: "no" });
    expect(foldAll(initialJobView(job, []), log)).toMatchObject({
      status: "failed",
      reason: "no",
      endedAt: startedAt + 9000,
    });
  });
});

describe("progress", () => {
  it("counts what is done", () => {
    const view = viewOf([
      { key: "a", status: "completed" },
      { key: "b", status: "running" },
      { key: "c", status: "integrating" },
      { key: "d" },
    ]);
    expect(progressOf(view)).toMatchObject({ total: 4, completed: 1, working: 1, merging: 1, doneFraction: 0.25 });
    expect(progressOf(viewOf([])).doneFraction).toBe(0);
  });

  const chain = [{ key: "a" }, { key: "b", dependsOn: ["a"] }, { key: "c", dependsOn: ["b"] }];
  const completed = (second: number) => {
    const log = eventLog();
    startTask(log, 0, "a");
    endTask(log, second, "a");
    return log;
  };

  it("knows nothing of the remaining time before a task is completed", () => {
    expect(remainingMs(viewOf(chain), startedAt)).toBeUndefined();
  });

  it("expects each open task to take as long as the completed ones, chains one after another", () => {
    const view = foldAll(viewOf(chain), completed(10));
    expect(remainingMs(view, startedAt + 10_000)).toBe(20_000);
    const apart = foldAll(viewOf([{ key: "a" }, { key: "b" }, { key: "c" }]), completed(10));
    expect(remainingMs(apart, startedAt + 10_000)).toBe(10_000);
  });

  it("takes off what a running task has done already", () => {
    const log = completed(10);
    startTask(log, 10, "b");
    const view = foldAll(viewOf(chain), log);
    expect(remainingMs(view, startedAt + 14_000)).toBe(16_000);
    expect(remainingMs(view, startedAt + 99_000)).toBe(10_000);
  });

  it("expects nothing of a job that doesn't run", () => {
    const log = completed(10);
    log.event(11, "job-status-changed", { from: "running", to: "paused" });
    expect(remainingMs(foldAll(viewOf(chain), log), startedAt + 12_000)).toBeUndefined();
  });

  it("stops a task's clock at its end and while it waits", () => {
    const log = completed(10);
    startTask(log, 10, "b");
    log.event(12, "task-status-changed", { from: "running", to: "waiting" }, "b");
    const view = foldAll(viewOf(chain), log);
    expect(view.tasks.map((task) => elapsedMs(task, startedAt + 99_000))).toEqual([10_000, undefined, undefined]);
  });
});
