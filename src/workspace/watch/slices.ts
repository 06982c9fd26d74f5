import { setImmediate as nextTurn } from "node:timers/promises";

const sliceMs = 8;

/** Cuts long work on one thread into slices, so that everything else on it goes on. */
export class Slices {
  #since = performance.now();

  /** Resolves at once while the slice lasts. */
  async rest(): Promise<void> {
    if (performance.now() - this.#since < sliceMs) return;
    await nextTurn();
    this.#since = performance.now();
  }

  get isOver(): boolean {
    return performance.now() - this.#since >= sliceMs;
  }
}
