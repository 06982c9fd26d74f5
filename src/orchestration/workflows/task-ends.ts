import type { JobId, TaskId } from "../../domain/ids.ts";
import { isSettled } from "../../domain/task-status.ts";
import type { StateManager } from "../../state/state-manager.ts";
import { pacedWatch } from "../coordinator/paced-watch.ts";

const lookAgainMs = 1_000;

/** Tells when tasks of a job have come to their end: one look at what has changed, however many are waited for. */
export class TaskEnds {
  readonly #state: StateManager;
  readonly #jobId: JobId;
  readonly #awaited = new Map<TaskId, PromiseWithResolvers<void>>();
  #isFollowing = false;

  constructor(state: StateManager, jobId: JobId) {
    this.#state = state;
    this.#jobId = jobId;
  }

  /** How many tasks are waited for. */
  get size(): number {
    return this.#awaited.size;
  }

  /** @throws the signal's reason */
  async of(id: TaskId, signal: AbortSignal): Promise<void> {
    const end = this.#awaited.get(id) ?? Promise.withResolvers<void>();
    this.#awaited.set(id, end);
    const aborted = Promise.withResolvers<never>();
    // They may be told of trouble before they are waited for.
    for (const { promise } of [end, aborted]) promise.catch(() => undefined);
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (isSettled((await this.#state.tasks.get(id)).status)) end.resolve();
      if (!this.#isFollowing) void this.#follow();
      signal.throwIfAborted();
      await Promise.race([end.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
      this.#awaited.delete(id);
    }
  }

  /** Whether one that is waited for has come to its end, and who waits will hear of it in a moment. */
  async hasNews(): Promise<boolean> {
    if (this.#awaited.size === 0) return false;
    const tasks = await this.#state.tasks.list(this.#jobId);
    return tasks.some(({ id, status }) => this.#awaited.has(id) && isSettled(status));
  }

  /** Never rejects: those who wait are told. */
  async #follow(): Promise<void> {
    this.#isFollowing = true;
    const { taskFeed, events } = this.#state;
    const watch = pacedWatch(events.watch());
    try {
      for (let page = await taskFeed.open(this.#jobId); this.#awaited.size > 0;) {
        const ended = page.tasks.filter(({ status }) => isSettled(status));
        for (const { id } of ended) this.#awaited.get(id)?.resolve();
        await watch.wait({ timeoutMs: lookAgainMs });
        page = await taskFeed.since(this.#jobId, page.cursor);
      }
    } catch (thrown) {
      for (const { reject } of this.#awaited.values()) reject(thrown);
    } finally {
      this.#isFollowing = false;
    }
  }
}
