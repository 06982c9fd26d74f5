import { remainingMs } from "./job-progress.ts";
import type { JobView } from "./job-view.ts";

/**
 * The remaining time, worked out now and then and counted down in between: simulating 10,000 tasks takes a tenth of a second,
 * which is too much for every frame.
 */
export class RemainingClock {
  #at = Number.NEGATIVE_INFINITY;
  #eventSeq = -1;
  #remainingMs: number | undefined;

  at(view: JobView, now: number): number | undefined {
    const isDue = now - this.#at >= Math.max(1000, view.tasks.length);
    if (isDue && (view.eventSeq !== this.#eventSeq || this.#remainingMs !== undefined)) {
      this.#remainingMs = remainingMs(view, now);
      this.#at = now;
      this.#eventSeq = view.eventSeq;
    }
    return this.#remainingMs === undefined ? undefined : Math.max(0, this.#remainingMs - (now - this.#at));
  }
}
