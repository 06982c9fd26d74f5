import type { Activity, StoredEvent } from "../../../domain/events.ts";
import type { Usage } from "../../../domain/budget/usage.ts";
import { isJobOver } from "../../../domain/job-status.ts";
import type { JobId } from "../../../domain/ids.ts";
import type { Job, Task } from "../../../domain/model.ts";
import type { JobDisplay } from "./display.ts";
import { initialJobView, withTasks, withUsage, type JobView } from "./job-view.ts";
import { reduceJobView } from "./reduce-job-view.ts";

type Cursor = { readonly jobId: JobId; readonly after: number; readonly limit?: number };

/** The part of the application that watching needs. */
export type JobSource = {
  job(id: string): Promise<Job>;
  tasks(jobId: JobId): Promise<readonly Task[]>;
  usage(jobId: JobId): Promise<{ readonly ofJob: Usage; readonly byTask: ReadonlyMap<string, Usage> }>;
  events(cursor: Cursor): Promise<readonly StoredEvent[]>;
  activity(cursor: Cursor): Promise<readonly Activity[]>;
  /** A memory of its own of what was reported: a watcher must not take a change away from those who work. */
  watch(): { wait(options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<boolean> };
};

export type WatchRequest = {
  readonly source: JobSource;
  readonly jobId: JobId;
  readonly display: JobDisplay;
  /** Ends the watching, after everything that is stored by then was shown. */
  readonly signal: AbortSignal;
  /** Ends the watching at once: `Output.readerGone`. */
  readonly readerGone?: AbortSignal;
  /** The longest time between two frames in milliseconds. Default 250. */
  readonly pollMs?: number;
  /** Events from this time on (milliseconds since the Unix epoch) are news; older ones are only folded in. Default: now. */
  readonly newsSince?: number;
  /** End by itself when the job is over. Default: only `signal` ends it. */
  readonly endsWithJob?: boolean;
  readonly now?: () => number;
};

/** `stopped` by the signal; `over` with the job; `reader-gone` when nobody can read any more. */
export type WatchEnd = { readonly why: "stopped" | "over" | "reader-gone"; readonly view: JobView };

/** At most ten frames a second. */
const shortestFrameMs = 100;
const usageEveryMs = 1_000;

/**
 * Shows a job while others carry it out. Reads with cursors, so that it neither slows nor breaks the work. The display is
 * closed at the end, also after an exception.
 * @throws {TuttiError} `JOB_UNKNOWN`, and what reading the state throws
 */
export async function watchJob(request: WatchRequest): Promise<WatchEnd> {
  const watcher = new Watcher(request);
  try {
    return await watcher.run();
  } finally {
    request.display.close();
  }
}

class Watcher {
  readonly #request: WatchRequest;
  readonly #now: () => number;
  readonly #newsSince: number;
  #usageAt = Number.NEGATIVE_INFINITY;
  #usageSeq = -1;

  constructor(request: WatchRequest) {
    this.#request = request;
    this.#now = request.now ?? (() => Date.now());
    this.#newsSince = request.newsSince ?? this.#now();
  }

  async run(): Promise<WatchEnd> {
    const { source, jobId, signal, readerGone, endsWithJob = false, pollMs = 250 } = this.#request;
    const watch = source.watch();
    const wakeUp = AbortSignal.any([signal, ...(readerGone === undefined ? [] : [readerGone])]);
    let view = initialJobView(await source.job(jobId), await source.tasks(jobId));
    for (;;) {
      const isLast = signal.aborted;
      const { view: next, news } = await this.#read(view);
      view = next;
      if (readerGone?.aborted === true) return { why: "reader-gone", view };
      const shownAt = this.#now();
      this.#request.display.show({ view, news, now: shownAt });
      if (isLast) return { why: "stopped", view };
      if (endsWithJob && isJobOver(view.status)) return { why: "over", view };
      await watch.wait({ timeoutMs: pollMs, signal: wakeUp });
      await pause(shownAt + shortestFrameMs - this.#now(), wakeUp);
    }
  }

  /** Everything that was stored since the last look. */
  async #read(before: JobView): Promise<{ readonly view: JobView; readonly news: readonly StoredEvent[] }> {
    const news: StoredEvent[] = [];
    let view = before;
    for await (const event of this.#events(before.eventSeq)) {
      // The tasks are read before the events about them are folded in.
      if (event.type === "plan-accepted" || event.type === "tasks-added")
        view = withTasks(view, await this.#request.source.tasks(view.jobId));
      view = reduceJobView(view, event);
      if (event.at >= this.#newsSince) news.push(event);
    }
    for await (const activity of this.#activity(before.activitySeq)) view = reduceJobView(view, activity);
    return { view: await this.#addUsage(view), news };
  }

  async *#events(after: number): AsyncGenerator<StoredEvent> {
    const { source, jobId } = this.#request;
    yield* pages((cursor) => source.events({ jobId, after: cursor }), after);
  }

  async *#activity(after: number): AsyncGenerator<Activity> {
    const { source, jobId } = this.#request;
    yield* pages((cursor) => source.activity({ jobId, after: cursor }), after);
  }

  async #addUsage(view: JobView): Promise<JobView> {
    const now = this.#now();
    const isLast = this.#request.signal.aborted;
    const seq = view.eventSeq + view.activitySeq;
    if (!isLast && (now - this.#usageAt < usageEveryMs || seq === this.#usageSeq)) return view;
    this.#usageAt = now;
    this.#usageSeq = seq;
    const { ofJob, byTask } = await this.#request.source.usage(view.jobId);
    return withUsage(view, byTask, ofJob);
  }
}

/** Reads on until a read comes back empty. */
async function* pages<Item extends { readonly seq: number }>(
  read: (after: number) => Promise<readonly Item[]>,
  after: number,
): AsyncGenerator<Item> {
  let cursor = after;
  for (;;) {
    const page = await read(cursor);
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    cursor = last.seq;
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (durationMs <= 0 || signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    resolve();
  };
  const timer = setTimeout(end, durationMs);
  signal.addEventListener("abort", end);
  return promise;
}
