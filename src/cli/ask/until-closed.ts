import type { Breakpoint } from "../../domain/breakpoint/breakpoint.ts";
import type { BreakpointId } from "../../domain/ids.ts";
import type { Application } from "../../orchestration/application.ts";

export type Closing = AsyncDisposable & {
  /** Aborts when nobody need be asked any more. */
  readonly signal: AbortSignal;
  /** The breakpoint, once it waits no more. */
  readonly closed: () => Promise<Breakpoint | undefined>;
};

const lookAgainMs = 1_000;

/** While a person thinks, somebody else may answer, or the time may be up: sees that and withdraws the question. */
export function untilClosed(
  application: Pick<Application, "breakpoint" | "watch">,
  id: BreakpointId,
  stop: AbortSignal,
): Closing {
  const closed = new AbortController();
  const over = new AbortController();
  const ends = AbortSignal.any([stop, over.signal]);
  const look = async (): Promise<void> => {
    const watch = application.watch();
    while (!ends.aborted) {
      if ((await application.breakpoint(id)).status !== "open") return closed.abort();
      await watch.wait({ timeoutMs: lookAgainMs, signal: ends });
    }
  };
  const looking = look();
  // A question that nobody can see the end of is withdrawn; why is thrown where it is disposed of.
  looking.catch(() => closed.abort());
  return {
    signal: AbortSignal.any([stop, closed.signal]),
    closed: async () => {
      if (!closed.signal.aborted) return undefined;
      const found = await application.breakpoint(id);
      return found.status === "open" ? undefined : found;
    },
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await looking;
    },
  };
}
