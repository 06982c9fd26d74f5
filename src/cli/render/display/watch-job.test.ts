import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../domain/events.ts";
import { leaseTask, openState, tip, type OpenState } from "../../../state/state-manager.fixture.ts";
import type { DisplayFrame, JobDisplay } from "./display.ts";
import { used } from "./job-view.fixture.ts";
import { watchJob, type JobSource } from "./watch-job.ts";

const sourceOf = ({ state, jobId }: OpenState): JobSource => ({
  job: () => state.jobs.get(jobId),
  tasks: (id) => state.tasks.list(id),
  usage: async (id) => ({ ofJob: await state.sessions.usageOfJob(id), byTask: await state.sessions.usageByTask(id) }),
  events: (cursor) => state.events.read(cursor),
  activity: (cursor) => state.events.readActivity(cursor),
  watch: () => state.events.watch(),
});

/** Remembers what it was asked to show, and tells who waits for a certain frame. */
function recorder(onShow: (frame: DisplayFrame) => void = () => undefined) {
  const frames: DisplayFrame[] = [];
  const calls: string[] = [];
  const display: JobDisplay = {
    show: (frame) => {
      frames.push(frame);
      calls.push("show");
      onShow(frame);
    },
    suspend: () => undefined,
    resume: () => undefined,
    invite: () => undefined,
    close: () => void calls.push("close"),
    finish: () => undefined,
  };
  const news = (): readonly StoredEvent[] => frames.flatMap((frame) => frame.news);
  return { display, frames, calls, news };
}

const lookAt = (open: OpenState) => ({ source: sourceOf(open), jobId: open.jobId, pollMs: 20 });

describe("watchJob", () => {
  it("shows each event once, in order, while it happens", async () => {
    await using open = await openState([{ key: "a" }]);
    const stop = new AbortController();
    const firstFrame = Promise.withResolvers<void>();
    const seen = recorder(({ view }) => {
      firstFrame.resolve();
      if (view.tasks[0]?.status === "running") stop.abort();
    });
    const watching = watchJob({ ...lookAt(open), display: seen.display, signal: stop.signal, newsSince: 0 });
    await firstFrame.promise;
    await open.state.attempts.begin(await leaseTask(open, "a"), tip);
    const { why, view } = await watching;
    expect(why).toBe("stopped");
    expect(view.tasks[0]).toMatchObject({ status: "running", attempt: 1, workerId: "w1" });
    expect(seen.news()).toEqual(await open.state.events.read({ jobId: open.jobId, after: 0 }));
    expect(seen.calls.at(-1)).toBe("close");
  });

  it("folds history in without calling it news", async () => {
    await using open = await openState([{ key: "a" }]);
    open.clock.now = 5_000;
    await open.state.attempts.begin(await leaseTask(open, "a"), tip);
    const seen = recorder();
    const request = { ...lookAt(open), display: seen.display, signal: AbortSignal.abort(), newsSince: 6_000 };
    const { view } = await watchJob(request);
    expect(view.tasks[0]).toMatchObject({ status: "running", attempt: 1, startedAt: 5_000 });
    expect(seen.news()).toEqual([]);
  });

  it("reads what was stored before it was stopped, page after page, with usage and activity", async () => {
    await using open = await openState([{ key: "a" }]);
    const { state, jobId } = open;
    const lease = await leaseTask(open, "a");
    await state.attempts.begin(lease, tip);
    const owner = { key: "c", jobId, taskId: lease.taskId, role: "worker" };
    await state.sessions.recordUsage(owner, 1, used(1200, 0.5));
    const lines = Array.from({ length: 2_500 }, (_, at) => `line ${at}`);
    await state.events.appendActivity(
      lines.map((text) => ({ at: 1, jobId, taskId: lease.taskId, role: "worker", kind: "text", text })),
    );
    const seen = recorder();
    const { view } = await watchJob({ ...lookAt(open), display: seen.display, signal: AbortSignal.abort() });
    expect(view.tasks[0]).toMatchObject({
      activity: { kind: "text", text: "line 2499" },
      usage: { totalTokens: 1200, costUsd: 0.5 },
    });
    expect(view.usage).toMatchObject({ totalTokens: 1200 });
    expect(seen.frames).toHaveLength(1);
  });

  it("takes up the tasks of a plan that is accepted while it watches", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    const source = sourceOf(open);
    let isPlanned = false;
    const late: JobSource = {
      ...source,
      tasks: async (id) => (isPlanned ? source.tasks(id) : []),
      events: async (cursor) => (isPlanned ? source.events(cursor) : []),
    };
    const stop = new AbortController();
    const seen = recorder(({ view }) => {
      isPlanned = true;
      if (view.tasks.length > 0) stop.abort();
    });
    const request = { ...lookAt(open), source: late, display: seen.display, signal: stop.signal };
    const { view } = await watchJob(request);
    expect(seen.frames[0]?.view.tasks).toEqual([]);
    expect(view.tasks.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it("ends with the job when it is asked to", async () => {
    await using open = await openState([{ key: "a" }]);
    await open.state.jobs.setStatus(open.jobId, "cancelled");
    const seen = recorder();
    const signal = new AbortController().signal;
    const { why } = await watchJob({ ...lookAt(open), display: seen.display, signal, endsWithJob: true });
    expect(why).toBe("over");
  });

  it("stops quietly when the reader goes away", async () => {
    await using open = await openState([{ key: "a" }]);
    const gone = new AbortController();
    const seen = recorder(() => gone.abort());
    const signal = new AbortController().signal;
    const { why } = await watchJob({ ...lookAt(open), display: seen.display, signal, readerGone: gone.signal });
    expect(why).toBe("reader-gone");
    expect(seen.calls).toEqual(["show", "close"]);
  });

  it("closes the display when drawing throws", async () => {
    await using open = await openState([{ key: "a" }]);
    const seen = recorder(() => {
      throw new Error("no room");
    });
    const signal = new AbortController().signal;
    await expect(watchJob({ ...lookAt(open), display: seen.display, signal })).rejects.toThrow("no room");
    expect(seen.calls.at(-1)).toBe("close");
  });

  it("takes no change away from those who work", async () => {
    await using open = await openState([{ key: "a" }]);
    const { state, jobId } = open;
    await state.events.waitForChange({ timeoutMs: 0 });
    const stop = new AbortController();
    let frames = 0;
    const seen = recorder(({ view }) => {
      frames += 1;
      if (view.status === "running") stop.abort();
      else if (frames === 1) void state.jobs.setStatus(jobId, "running");
    });
    await watchJob({ ...lookAt(open), display: seen.display, signal: stop.signal });
    expect(await state.events.waitForChange({ timeoutMs: 0 })).toBe(true);
  });
});
