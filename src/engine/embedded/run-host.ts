import { randomUUID } from "node:crypto";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { isStateTrouble } from "../../domain/failure/state-trouble.ts";
import type { Json } from "../../domain/json.ts";
import type { CallRun } from "../port.ts";
import { type ChildOutcome, childIdOf, childOutcome, startChild } from "./child-run.ts";
import type { Claim } from "./claims.ts";
import type { EngineContext } from "./engine-context.ts";
import { cancelledError, misusedError, workflowUnknownError } from "./engine-errors.ts";
import type { FlowHost, PlannedStep } from "./flow-host.ts";
import { type Entry, insertEntry, type Place } from "./journal.ts";
import { toJsonText } from "./json-text.ts";
import { settleReceive } from "./receive.ts";
import { Replay } from "./replay.ts";
import { type FencedCommand, writeFenced } from "./run-writer.ts";
import type { Wait } from "./wait-set.ts";
import { Waiting } from "./waiting.ts";

/** What the flows of one execution share: the journal, the lease, the waits, and whether to go on at all. */
export class RunHost implements FlowHost {
  readonly lease: Claim;
  readonly waiting: Waiting;
  readonly #context: EngineContext;
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #calledKeys = new Set<string>();
  #replay = new Replay([]);
  #poison: TuttiError | undefined;
  #interruption: unknown;

  constructor(context: EngineContext, claim: Claim, hasFreeSlot: () => boolean) {
    this.#context = context;
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

  enterAll(scope: string, position: number): void {
    this.#orPoison(() => this.#replay.enterAll(scope, position));
  }

  perform(place: Place, step: PlannedStep): Promise<Entry> {
    return this.#during(async () => this.#record(await this.#attempt(place, step)));
  }

  draw(place: Place, kind: "now" | "random" | "uuid"): Promise<Entry> {
    const { clock, random } = this.#context;
    const draws: Readonly<Record<typeof kind, () => Json>> = { now: clock, random, uuid: () => randomUUID() };
    return this.#during(() => this.#record({ ...place, state: "done", valueText: JSON.stringify(draws[kind]()) }));
  }

  async sleep(place: Place, durationMs: number): Promise<void> {
    const dueAt = this.#context.clock() + durationMs;
    const entry = this.recall(place) ?? (await this.#during(() => this.#record({ ...place, state: "open", dueAt })));
    const end = entry.dueAt ?? dueAt;
    if (this.#context.clock() < end) await this.#until({ dueAt: end });
  }

  async receive(place: Place, timeoutMs: number | undefined): Promise<Entry> {
    const { clock } = this.#context;
    const dueAt = timeoutMs === undefined ? undefined : clock() + timeoutMs;
    let entry: Entry = this.recall(place) ?? { ...place, state: "open", dueAt };
    while (entry.state === "open") {
      const asked = entry;
      entry = await this.#during(() =>
        this.write((session) => settleReceive(session, this.lease, { entry: asked, now: clock() })),
      );
      if (entry.state === "open") await this.#until({ signalName: place.name, dueAt: entry.dueAt });
    }
    return entry;
  }

  async call(place: Place, request: CallRun): Promise<string> {
    this.#refuseSecondCall(request.key);
    if (this.recall(place) === undefined) await this.#startChild(place, request);
    const childId = childIdOf(this.lease.runId, request.key);
    const look = () => this.#context.store.inspect((session) => childOutcome(session, childId));
    let outcome: ChildOutcome | undefined;
    while ((outcome = await this.#during(look)) === undefined) {
      await this.#until({ childId });
    }
    if (outcome.status === "failed") throw outcome.error;
    return outcome.outputText;
  }

  /** A write that fails ends the execution: what can't be recorded must not be built upon. */
  async write<T>(command: FencedCommand<T>): Promise<T> {
    try {
      return await writeFenced(this.#context, this.lease, command);
    } catch (thrown) {
      if (!TuttiError.is(thrown)) throw this.poison(TuttiError.from(thrown));
      return this.#giveUp(thrown);
    }
  }

  async #attempt(place: Place, { key, effect }: PlannedStep): Promise<Entry> {
    const { scope, position } = place;
    try {
      const value = await effect({ signal: this.signal, token: this.lease.token, key, scope, position });
      return { ...place, state: "done", valueText: toJsonText(value, `The output of the step "${place.name}"`) };
    } catch (thrown) {
      this.refuseIfInterrupted();
      if (isStateTrouble(thrown)) this.#giveUp(thrown);
      const error = errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED"));
      return { ...place, state: "failed", valueText: JSON.stringify(error) };
    }
  }

  /** Ends this execution, not the run: whoever claims it next does again what was not recorded. */
  #giveUp(reason: TuttiError): never {
    this.interrupt(reason);
    this.#interruption ??= reason;
    throw reason;
  }

  async #record(entry: Entry): Promise<Entry> {
    await this.write((session) => insertEntry(session, this.lease, entry));
    return entry;
  }

  async #startChild(place: Place, request: CallRun): Promise<void> {
    if (!this.#context.workflows.has(request.workflow)) throw workflowUnknownError(request.workflow);
    const command = startChild(this.lease, place, request);
    await this.#during(() => this.write(command));
  }

  #refuseSecondCall(key: string): void {
    if (this.#calledKeys.has(key)) throw this.poison(misusedError(`Two calls of the run have the key "${key}"`));
    this.#calledKeys.add(key);
  }

  async #until(wait: Wait): Promise<void> {
    this.refuseIfInterrupted();
    await this.waiting.until(wait);
  }

  /** Keeps the run from being suspended while `work` is under way. */
  async #during<T>(work: () => Promise<T>): Promise<T> {
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
