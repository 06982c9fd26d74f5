import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { RunId } from "../../domain/ids.ts";
import type { RunRecord } from "../port.ts";
import { endedAmong } from "./runs.ts";
import type { SqlStore } from "./sql-store.ts";

const maxPauseMs = 1_000;
/** A look for thousands of runs takes its time: it then rests for a multiple of that, and leaves the processor to the runs. */
const cheapMs = 0.5;
const restFactor = 4;

type Waiter = PromiseWithResolvers<RunRecord>;

/** Tells any number of callers when runs end, with one query for all of them. Idle while nobody waits. */
export class RunEnds {
  readonly #store: SqlStore;
  readonly #waiters = new Map<RunId, Set<Waiter>>();
  #isLooping = false;

  constructor(store: SqlStore) {
    this.#store = store;
  }

  /** Rejects with the signal's reason when it aborts. */
  async wait(runId: RunId, signal: AbortSignal): Promise<RunRecord> {
    signal.throwIfAborted();
    const waiter = Promise.withResolvers<RunRecord>();
    const giveUp = () => waiter.reject(signal.reason);
    signal.addEventListener("abort", giveUp);
    this.#add(runId, waiter);
    try {
      return await waiter.promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
      this.#remove(runId, waiter);
    }
  }

  #add(runId: RunId, waiter: Waiter): void {
    const waiters = this.#waiters.get(runId) ?? new Set();
    this.#waiters.set(runId, waiters.add(waiter));
    if (!this.#isLooping) void this.#loop();
  }

  #remove(runId: RunId, waiter: Waiter): void {
    const waiters = this.#waiters.get(runId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(runId);
  }

  async #loop(): Promise<void> {
    this.#isLooping = true;
    const watch = this.#store.watch();
    while (this.#waiters.size > 0) {
      const before = performance.now();
      await this.#tellEnded();
      const tookMs = performance.now() - before;
      await watch.wait({ timeoutMs: maxPauseMs });
      await (tookMs > cheapMs ? delay(tookMs * restFactor) : nextTurn());
    }
    this.#isLooping = false;
  }

  /** An error of the store reaches everybody who waits. */
  async #tellEnded(): Promise<void> {
    try {
      const ended = await this.#store.inspect((session) => endedAmong(session, [...this.#waiters.keys()]));
      for (const run of ended) for (const waiter of this.#waiters.get(run.runId) ?? []) waiter.resolve(run);
    } catch (thrown) {
      for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.reject(thrown);
    }
  }
}
