/** Ends the current pause of a loop, or the next one when it isn't pausing. */
export class WakeUp {
  #abort = new AbortController();

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  kick(): void {
    this.#abort.abort();
  }

  /** Forgets the kicks so far; called when the loop begins to look around. */
  rearm(): void {
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
  }
}
