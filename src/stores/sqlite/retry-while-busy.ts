import { setTimeout as delay } from "node:timers/promises";
import { busyError, isBusy, storeErrorOf } from "./sqlite-errors.ts";

/** Short and random, so that processes which collided once don't collide in step. */
const retryWithinMs = 4;

/**
 * Tries again while another process holds the lock. SQLite's own busy handler blocks the event loop and starves some
 * processes under load; a random short pause spreads the turns evenly.
 * @throws {TuttiError} `STATE_BUSY` after `limitMs`
 */
export async function retryWhileBusy<T>(attempt: () => T, { path, limitMs }: BusyLimit): Promise<T> {
  const start = performance.now();
  for (;;) {
    const outcome = tryOnce(attempt, path);
    if (outcome.isDone) return outcome.value;
    if (performance.now() - start >= limitMs) throw busyError(path, outcome.reason);
    await delay(Math.random() * retryWithinMs);
  }
}

export type BusyLimit = { readonly path: string; readonly limitMs: number };

type Outcome<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false; readonly reason: unknown };

function tryOnce<T>(attempt: () => T, path: string): Outcome<T> {
  try {
    return { isDone: true, value: attempt() };
  } catch (thrown) {
    if (!isBusy(thrown)) throw storeErrorOf(thrown, path);
    return { isDone: false, reason: thrown };
  }
}
