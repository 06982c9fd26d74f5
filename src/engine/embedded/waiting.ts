import type { EngineContext } from "./engine-context.ts";
import type { Lease } from "./lease.ts";
import type { FencedCommand } from "./run-writer.ts";
import { suspendRun } from "./suspend.ts";
import { type Wait, WaitSet } from "./wait-set.ts";

/** How long a run that only waits stays in memory, when its worker has slots to spare. Coming back costs a replay. */
const residentMs = 50;

export type WaitingHost = {
  readonly context: EngineContext;
  readonly lease: Lease;
  /** True while anything of the run is under way that isn't a wait. */
  readonly isBusy: () => boolean;
  readonly hasFreeSlot: () => boolean;
  readonly write: <T>(command: FencedCommand<T>) => Promise<T>;
  readonly onCancel: (reason: string) => void;
  readonly onError: (thrown: unknown) => void;
};

/**
 * The waits of one run in memory. When the run does nothing but wait for a moment, it is suspended: its conditions are
 * stored, its body is forgotten, and its slot is free for others. Whoever fulfils a condition queues it again.
 */
export class Waiting {
  readonly #host: WaitingHost;
  readonly #waits: WaitSet;
  readonly #suspended = Promise.withResolvers<void>();
  #isSuspending = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: WaitingHost) {
    this.#host = host;
    this.#waits = new WaitSet(host.lease.runId);
  }

  /** Settles when the run is suspended; never, when it comes to an end in memory. */
  get suspended(): Promise<void> {
    return this.#suspended.promise;
  }

  /** @param lost - ends this wait alone, with its reason */
  async until(wait: Wait, lost?: AbortSignal): Promise<void> {
    const met = this.#waits.add(wait);
    this.reconsider();
    const giveUp = () => this.#giveUp(wait, lost?.reason);
    lost?.addEventListener("abort", giveUp);
    try {
      await met;
    } finally {
      lost?.removeEventListener("abort", giveUp);
    }
  }

  /** Ends the waits that somebody fulfilled. */
  async poll(): Promise<void> {
    if (this.#waits.size === 0 || this.#isSuspending || this.#isOver) return;
    const { store, clock } = this.#host.context;
    const met = await store.inspect((session) => this.#waits.met(session, clock()));
    if (this.#isSuspending) return;
    this.#waits.resolve(met);
    this.reconsider();
  }

  /** Called whenever something of the run, or of its worker's slots, has changed. */
  reconsider(): void {
    clearTimeout(this.#timer);
    if (this.#isOver || this.#isSuspending || !this.#isQuiet()) return;
    const waitMs = (this.#waits.dueAt() ?? Infinity) - this.#host.context.clock();
    const graceMs = this.#host.hasFreeSlot() ? residentMs : 0;
    const look = waitMs <= graceMs ? () => this.poll() : () => this.#suspend();
    this.#timer = setTimeout(() => void look().catch(this.#host.onError), Math.max(0, Math.min(waitMs, graceMs)));
  }

  /** No wait goes on after this. @returns true when one was cut short */
  end(reason: unknown): boolean {
    const wasWaiting = this.#waits.size > 0;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#waits.rejectAll(reason);
    return wasWaiting;
  }

  #giveUp(wait: Wait, reason: unknown): void {
    this.#waits.reject(wait, reason);
    this.reconsider();
  }

  #isQuiet(): boolean {
    return this.#waits.size > 0 && !this.#host.isBusy();
  }

  async #suspend(): Promise<void> {
    if (!this.#isQuiet()) return;
    this.#isSuspending = true;
    const outcome = await this.#host.write((session, { cancelReason }) =>
      suspendRun(session, {
        lease: this.#host.lease,
        waits: this.#waits,
        now: this.#host.context.clock(),
        cancelReason,
      }),
    );
    if (outcome.type === "suspended") return this.#suspended.resolve();
    this.#isSuspending = false;
    if (outcome.type === "cancelled") this.#host.onCancel(outcome.reason);
    await this.poll();
  }
}
