import type { Activity } from "../domain/events.ts";
import type { StateManager } from "../state/state-manager.ts";

type Entry = Omit<Activity, "seq" | "at">;

const flushAfterMs = 150;

/** Collects what agents show and writes it in batches: many lines, one transaction. */
export class ActivityBuffer {
  readonly #state: StateManager;
  readonly #onError: (error: unknown) => void;
  #pending: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(state: StateManager, onError: (error: unknown) => void) {
    this.#state = state;
    this.#onError = onError;
  }

  add(entry: Entry): void {
    this.#pending.push(entry);
    this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs);
  }

  /** Activity is for watching only: a failed write is logged and never stops the work. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#pending;
    this.#pending = [];
    this.#writing = this.#writing.then(() => this.#state.events.appendActivity(batch)).catch(this.#onError);
    await this.#writing;
  }
}
