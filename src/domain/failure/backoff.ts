/** Exponential back-off with equal jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). */
export type Backoff = {
  /** First upper bound, in milliseconds. */
  readonly baseMs: number;
  /** Largest upper bound, in milliseconds. */
  readonly maxMs: number;
};

/**
 * @param attempt - 1 for the first wait
 * @param random - in [0, 1)
 * @returns milliseconds to wait; never less than half of the bound, so that a retry storm really thins out
 */
export function backoffMs(backoff: Backoff, attempt: number, random: number): number {
  const bound = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(bound / 2 + (bound / 2) * random);
}
