import type { ChangeWatch, WaitOptions } from "../port.ts";
import { LogWatch } from "./log-watch.ts";
import { isBusy } from "./sqlite-errors.ts";
import type { SqliteSession } from "./sqlite-session.ts";

/** Half of it is the mean delay before another process's commit is seen. One look takes a few microseconds. */
const pollMs = 5;
/** While the system itself tells of writes: then a look is needed only for what it might have missed. */
const relaxedPollMs = 20;
/** From a write to the log to the moment in which its commit can be seen, generously. */
const commitMs = 1;

/**
 * Tells consumers that somebody committed. `PRAGMA data_version` differs after a commit by any other connection
 * (sqlite.org/pragma.html), and the connection that is asked here never writes. Asks when the log was written to, and at
 * intervals that depend on whether that was heard of in time. Asks only while somebody waits.
 */
export class ChangeFeed {
  readonly #session: SqliteSession;
  readonly #log: LogWatch;
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #pollMs = pollMs;
  #secondLook: NodeJS.Timeout | undefined;
  #dataVersion: unknown;
  #count = 0;
  #isClosed = false;

  /**
   * @param session - on a connection that never writes
   * @param path - of the database
   */
  constructor(session: SqliteSession, path: string) {
    this.#session = session;
    this.#log = new LogWatch(path, () => this.#heard());
    this.count();
  }

  watch(): ChangeWatch {
    let reported = this.count();
    return {
      wait: async (options) => {
        const hasChanged = this.count() !== reported || (await this.#nextChange(options));
        if (hasChanged) reported = this.#count;
        return hasChanged;
      },
    };
  }

  /** Looks now; called after each commit of this process, so that its own waiters don't depend on the poll. */
  poke(): void {
    if (this.#waiting.size > 0) this.count();
  }

  close(): void {
    this.#isClosed = true;
    this.#log.close();
    clearTimeout(this.#secondLook);
    this.#wakeAll();
  }

  /** Looks, and says how many changes were seen so far. */
  count(): number {
    if (this.#isClosed || !this.#looksChanged()) return this.#count;
    this.#count += 1;
    this.#wakeAll();
    return this.#count;
  }

  /** A look that fails counts as a change: the woken consumers' own queries then say what is wrong. */
  #looksChanged(): boolean {
    const before = this.#dataVersion;
    try {
      this.#dataVersion = this.#session.get("PRAGMA data_version")?.["data_version"];
    } catch (thrown) {
      return !isBusy(thrown);
    }
    return this.#dataVersion !== before;
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #nextChange({ timeoutMs, signal }: WaitOptions): Promise<boolean> {
    if (this.#isClosed || signal?.aborted === true) return false;
    const before = this.#count;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timeout = setTimeout(resolve, timeoutMs);
    const wake = () => resolve();
    signal?.addEventListener("abort", wake);
    this.#join(wake);
    await promise;
    signal?.removeEventListener("abort", wake);
    clearTimeout(timeout);
    this.#leave(wake);
    return this.#count !== before;
  }

  #join(wake: () => void): void {
    this.#waiting.add(wake);
    if (this.#log.start()) this.#pollMs = relaxedPollMs;
    this.#timer ??= setInterval(() => this.#poll(), this.#pollMs);
  }

  #heard(): void {
    if (this.#waiting.size === 0) return;
    if (this.#finds()) return this.#pollEvery(relaxedPollMs);
    this.#secondLook ??= setTimeout(() => {
      this.#secondLook = undefined;
      if (this.#waiting.size > 0 && this.#finds()) this.#pollEvery(relaxedPollMs);
    }, commitMs);
  }

  /** What only this finds was not heard of. */
  #poll(): void {
    if (this.#finds()) this.#pollEvery(pollMs);
  }

  #finds(): boolean {
    const before = this.#count;
    return this.count() !== before;
  }

  #pollEvery(intervalMs: number): void {
    if (this.#pollMs === intervalMs) return;
    this.#pollMs = intervalMs;
    clearInterval(this.#timer);
    this.#timer = this.#waiting.size > 0 ? setInterval(() => this.#poll(), intervalMs) : undefined;
  }

  #leave(wake: () => void): void {
    this.#waiting.delete(wake);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
