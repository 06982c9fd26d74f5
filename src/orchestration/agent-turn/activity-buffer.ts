import type { Activity } from "../../domain/events.ts";
import type { Services } from "../services.ts";

type Entry = Omit<Activity, "seq" | "at">;

const flushAfterMs = 150;

/** Collects what agents show and writes it in batches: many lines, one transaction. */
export class ActivityBuffer {
  readonly #services: Pick<Services, "state" | "now" | "logger">;
  #pending: Omit<Activity, "seq">[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(services: Pick<Services, "state" | "now" | "logger">) {
    this.#services = services;
  }

  add(entry: Entry): void {
    this.#pending.push({ ...entry, at: this.#services.now() });
    this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs);
  }

  /** Activity is for watching only: a failed write is logged and never stops the work. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#pending;
    this.#pending = [];
    const { state, logger } = this.#services;
    this.#writing = this.#writing
      .then(() => state.events.appendActivity(batch))
      .catch((error: unknown) => logger.warn("activity was not written", { error: String(error) }));
    await this.#writing;
  }
}
