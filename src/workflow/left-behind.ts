import { setTimeout } from "node:timers";

/** Before bodies are refused it. */
const callLater = setTimeout;

/** Enough for what is nearly done to come to an end that is recorded, and less than a worker waits for its steps. */
const graceMs = 5_000;

let isAnyLeft = false;

/** Whether something goes on in this process that nobody waits for, and that may keep the process alive. */
export const isAnythingLeftBehind = (): boolean => isAnyLeft;

/** What an effect comes to; one that does not heed its signal is left behind, so that it holds up neither a stop nor a race. */
export async function untilLeftBehind<T>(
  signal: AbortSignal,
  effect: () => Promise<T>,
  afterMs: number = graceMs,
): Promise<T> {
  const left = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const leave = (): void => {
    isAnyLeft = true;
    left.reject(signal.reason);
  };
  const abort = (): void => {
    timer = callLater(leave, afterMs);
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([effect(), left.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    clearTimeout(timer);
  }
}
