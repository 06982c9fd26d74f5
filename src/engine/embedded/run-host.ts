import { TuttiError } from "../../domain/errors.ts";
import type { Claim } from "./claims.ts";
import type { EngineContext } from "./engine-context.ts";
import { cancelledError, misusedError } from "./engine-errors.ts";
import { type Entry, insertEntry, type Place } from "./journal.ts";
import { Replay } from "./replay.ts";
import { type FencedCommand, writeFenced } from "./run-writer.ts";
import { Waiting } from "./waiting.ts";

/** What the flows of one execution share: the journal, the lease, the waits, and whether to go on at all. */
export class RunHost {
  readonly context: EngineContext;
  readonly lease: Claim;
  readonly waiting: Waiting;
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #calledKeys = new Set<string>();
  #replay = new Replay([]);
  #poison: TuttiError | undefined;
  #interruption: unknown;

  constructor(context: EngineContext, claim: Claim, hasFreeSlot: () => boolean) {
    this.context = context;
    this.lease = claim;
    this.waiting = new Waiting({
      context,
      lease: claim,
      hasFreeSlot,
      isBusy: () => this.#running.size > 0,
      write: (command) => this.write(command),
      onCancel: (reason) => this.interrupt(cancelledError(claim.runId, reason)),
      onError: (thrown) => this.interrupt(thrown),
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why the run has to fail, whatever its body says. */
  get poisoned(): TuttiError | undefined {
    return this.#poison;
  }

  /** Why the body didn't get on; it may have caught that and returned something all the same. */
  get interruption(): unknown {
    return this.#interruption;
  }

  /** Lets the body read what is recorded before it comes to new ground. */
  replay(entries: readonly Entry[]): void {
    this.#replay = new Replay(entries);
  }

  refuseLeftover(): void {
    this.#replay.refuseLeftover();
  }

  /** What a branch has left out is noticed before anything is done after it. */
  leave(scope: string): void {
    try {
      this.#replay.refuseLeftover(scope);
    } catch (thrown) {
      this.poison(TuttiError.from(thrown));
    }
  }

  /** A race was won before those that lost had read all that they had recorded. */
  forgetBranches(place: Place): void {
    this.#replay.forgetBranches(place);
  }

  /** Aborts the steps and ends the waits. The body learns of it at its next flow call. */
  interrupt(reason: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort(reason);
    if (this.waiting.end(reason)) this.#interruption ??= reason;
  }

  poison(error: TuttiError): TuttiError {
    this.#poison ??= error;
    this.interrupt(error);
    return error;
  }

  refuseIfInterrupted(): void {
    if (!this.signal.aborted) return;
    this.#interruption ??= this.signal.reason;
    throw this.signal.reason;
  }

  /** Waits for what is under way, awaited by the body or not. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  recall(place: Place): Entry | undefined {
    return this.#orPoison(() => this.#replay.take(place));
  }

  recallRace(place: Place): Entry | undefined {
    return this.#orPoison(() => this.#replay.takeRace(place));
  }

  enterAll(scope: string, position: number): void {
    this.#orPoison(() => this.#replay.enterAll(scope, position));
  }

  /**
   * A write that fails ends the execution: what can't be recorded must not be built upon. One that finds the run's cancelling asked for
   * is the last: nothing begins after it, however late this process is told.
   */
  async write<T>(command: FencedCommand<T>): Promise<T> {
    try {
      const { value, cancelReason } = await writeFenced(this.context, this.lease, (session, held) => ({
        value: command(session, held),
        cancelReason: held.cancelReason,
      }));
      if (cancelReason !== undefined) this.interrupt(cancelledError(this.lease.runId, cancelReason));
      return value;
    } catch (thrown) {
      if (!TuttiError.is(thrown)) throw this.poison(TuttiError.from(thrown));
      return this.giveUp(thrown);
    }
  }

  /** Ends this execution, not the run: whoever claims it next does again what was not recorded. */
  giveUp(reason: TuttiError): never {
    this.interrupt(reason);
    this.#interruption ??= reason;
    throw reason;
  }

  async record(entry: Entry): Promise<Entry> {
    await this.write((session) => insertEntry(session, this.lease, entry));
    return entry;
  }

  /** Takes note of an interruption that the body has not come to. @returns its reason */
  noteInterruption(): unknown {
    this.#interruption ??= this.signal.reason;
    return this.signal.reason;
  }

  /** @throws {TuttiError} `ENGINE_FLOW_MISUSED` for the second call of a key */
  refuseSecondCall(key: string): void {
    if (this.#calledKeys.has(key)) throw this.poison(misusedError(`Two calls of the run have the key "${key}"`));
    this.#calledKeys.add(key);
  }

  /** Keeps the run from being suspended while `work` is under way. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      this.waiting.reconsider();
    }
  }

  #orPoison<T>(look: () => T): T {
    try {
      return look();
    } catch (thrown) {
      throw this.poison(TuttiError.from(thrown));
    }
  }
}
