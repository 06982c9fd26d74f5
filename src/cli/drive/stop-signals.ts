import type { Cli } from "../cli.ts";

export type StopSignals = {
  readonly stop: AbortSignal;
  readonly stopNow: AbortSignal;
  /** As a Ctrl-C, for a question that took the key press for itself. */
  readonly request: () => void;
  readonly dispose: () => void;
};

const stopping = "\nStopping: agents are interrupted, their work stays. Press Ctrl-C again to stop at once.\n";

/**
 * The first Ctrl-C (or TERM) asks for a clean stop, the second for one at once.
 * @param before - a first one that came before
 * @param words - what the first one is answered with
 */
export function stopSignals(cli: Pick<Cli, "output">, before?: AbortSignal, words: string = stopping): StopSignals {
  const stop = new AbortController();
  if (before?.aborted === true) stop.abort();
  const stopNow = new AbortController();
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      cli.output.stderr(words);
      stop.abort();
    } else stopNow.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    stop: stop.signal,
    stopNow: stopNow.signal,
    request: onSignal,
    dispose: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
