import type { ChangeWatch, WaitOptions } from "../port.ts";
import { isBusy } from "./sqlite-errors.ts";
import type { SqliteSession } from "./sqlite-session.ts";

/** Half of it is the mean delay before another process's commit is seen. One look takes a few microseconds. */
const pollMs = 5;

/**
 * Tells consumers that somebody committed. `PRAGMA data_version` differs after a commit by any other connection
 * (sqlite.org/pragma.html), and the connection that is asked here never writes. Polls only while somebody waits.
 */
export class ChangeFeed {
  readonly #session: SqliteSession;
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #dataVersion: unknown;
  #count = 0;
  #isClosed = false;

  /** @param session - on a connection that never writes */
  constructor(session: SqliteSession) {
    this.#session = session;
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
    this.#timer ??= setInterval(() => this.count(), pollMs);
  }

  #leave(wake: () => void): void {
    this.#waiting.delete(wake);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
