import { randomUUID } from "node:crypto";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { isStateTrouble } from "../../domain/failure/state-trouble.ts";
import type { RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { CallRun } from "../port.ts";
import { type ChildOutcome, childIdOf, childOutcome, startChild } from "./child-run.ts";
import type { Claim } from "./claims.ts";
import { cancelTree } from "./endings.ts";
import type { LabelOf } from "./engine-context.ts";
import { raceLostError, workflowUnknownError } from "./engine-errors.ts";
import { firstSuccess } from "./first-success.ts";
import type { FlowHost, PlannedStep, RaceBranch } from "./flow-host.ts";
import type { Entry, Place } from "./journal.ts";
import { toJsonText } from "./json-text.ts";
import { settleReceive } from "./receive.ts";
import type { RunHost } from "./run-host.ts";
import type { Wait } from "./wait-set.ts";

/** What is done for the flows of one body, or of one branch of a race: all of it ends when that branch lost. */
export class Strand implements FlowHost {
  readonly lease: Claim;
  readonly signal: AbortSignal;
  readonly labelOf: LabelOf | undefined;
  readonly #host: RunHost;
  /** That of the branch, or of one that it lies in. */
  readonly #lost: AbortSignal | undefined;

  constructor(host: RunHost, lost?: AbortSignal) {
    this.lease = host.lease;
    this.signal = lost === undefined ? host.signal : AbortSignal.any([host.signal, lost]);
    this.labelOf = host.context.workflows.get(host.lease.workflow)?.labelOf;
    this.#host = host;
    this.#lost = lost;
  }

  refuseIfInterrupted(): void {
    this.#host.refuseIfInterrupted();
    this.#lost?.throwIfAborted();
  }

  recall(place: Place): Entry | undefined {
    return this.#host.recall(place);
  }

  recallRace(place: Place): Entry | undefined {
    return this.#host.recallRace(place);
  }

  enterAll(scope: string, position: number): void {
    this.#host.enterAll(scope, position);
  }

  /** What was cut short has not left anything out. */
  leave(scope: string): void {
    if (!this.signal.aborted) this.#host.leave(scope);
  }

  poison(error: TuttiError): TuttiError {
    return this.#host.poison(error);
  }

  perform(place: Place, step: PlannedStep): Promise<Entry> {
    return this.#host.during(async () => this.#host.record(await this.#attempt(place, step)));
  }

  draw(place: Place, kind: "now" | "random" | "uuid"): Promise<Entry> {
    const { clock, random } = this.#host.context;
    const draws: Readonly<Record<typeof kind, () => Json>> = { now: clock, random, uuid: () => randomUUID() };
    const valueText = JSON.stringify(draws[kind]());
    return this.#host.during(() => this.#host.record({ ...place, state: "done", valueText }));
  }

  async sleep(place: Place, durationMs: number): Promise<void> {
    const { clock } = this.#host.context;
    const dueAt = clock() + durationMs;
    const begin = () => this.#host.record({ ...place, state: "open", dueAt });
    const entry = this.recall(place) ?? (await this.#host.during(begin));
    const end = entry.dueAt ?? dueAt;
    if (clock() < end) await this.#until({ dueAt: end });
  }

  async receive(place: Place, timeoutMs: number | undefined): Promise<Entry> {
    const { clock } = this.#host.context;
    const dueAt = timeoutMs === undefined ? undefined : clock() + timeoutMs;
    let entry: Entry = this.recall(place) ?? { ...place, state: "open", dueAt };
    while (entry.state === "open") {
      const asked = entry;
      entry = await this.#host.during(() =>
        this.#host.write((session) => settleReceive(session, this.lease, { entry: asked, now: clock() })),
      );
      if (entry.state === "open") await this.#until({ signalName: place.name, dueAt: entry.dueAt });
    }
    return entry;
  }

  async call(place: Place, request: CallRun): Promise<string> {
    this.#host.refuseSecondCall(request.key);
    if (this.recall(place) === undefined) await this.#startChild(place, request);
    const childId = childIdOf(this.lease.runId, request.key);
    const outcome = await this.#endOrLoss(childId);
    if (outcome.status === "failed") throw outcome.error;
    return outcome.outputText;
  }

  async race(place: Place, branches: readonly RaceBranch[], concurrency: number): Promise<Entry> {
    const over = Promise.withResolvers<void>();
    const losing = branches.map(() => new AbortController());
    const starts = branches.map((branch, index) => async () => {
      const host = new Strand(this.#host, anyOf(this.#lost, losing[index]?.signal));
      return toJsonText(await branch(host), `The value of branch ${index} of a race`);
    });
    const abortLosers = (winner: number) => {
      void this.#host.during(() => over.promise);
      const reason = raceLostError(this.lease.runId, winner);
      for (const [index, loser] of losing.entries()) if (index !== winner) loser.abort(reason);
    };
    try {
      const { index, value } = await firstSuccess(starts, concurrency, abortLosers);
      this.#lost?.throwIfAborted();
      this.#host.forgetBranches(place);
      return await this.#host.record({ ...place, state: "done", valueText: `{"index":${index},"value":${value}}` });
    } catch (thrown) {
      return await this.#host.record(this.#failed(place, thrown));
    } finally {
      over.resolve();
    }
  }

  async #attempt(place: Place, { key, effect }: PlannedStep): Promise<Entry> {
    const { scope, position } = place;
    try {
      const value = await effect({ signal: this.signal, token: this.lease.token, key, scope, position });
      this.#lost?.throwIfAborted();
      return { ...place, state: "done", valueText: toJsonText(value, `The output of the step "${place.name}"`) };
    } catch (thrown) {
      return this.#failed(place, thrown);
    }
  }

  /** @throws what interrupted it: then it did not fail */
  #failed(place: Place, thrown: unknown): Entry {
    this.refuseIfInterrupted();
    if (isStateTrouble(thrown)) this.#host.giveUp(thrown);
    const error = errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED"));
    return { ...place, state: "failed", valueText: JSON.stringify(error) };
  }

  async #startChild(place: Place, request: CallRun): Promise<void> {
    if (!this.#host.context.workflows.has(request.workflow)) throw workflowUnknownError(request.workflow);
    const command = startChild(this.lease, place, request);
    await this.#host.during(() => this.#host.write(command));
  }

  /** A child of a branch that lost is cancelled. */
  async #endOrLoss(childId: RunId): Promise<ChildOutcome> {
    try {
      return await this.#endOf(childId, (wait) => this.#until(wait));
    } catch (thrown) {
      if (this.#lost?.aborted !== true) throw thrown;
      await this.#host.during(() =>
        this.#host.write((session) => cancelTree(session, childId, "its branch lost a race")),
      );
      await this.#endOf(childId, (wait) => this.#host.waiting.until(wait));
      throw thrown;
    }
  }

  async #endOf(childId: RunId, until: (wait: Wait) => Promise<void>): Promise<ChildOutcome> {
    const look = () => this.#host.context.store.inspect((session) => childOutcome(session, childId));
    let outcome: ChildOutcome | undefined;
    while ((outcome = await this.#host.during(look)) === undefined) await until({ childId });
    return outcome;
  }

  async #until(wait: Wait): Promise<void> {
    this.refuseIfInterrupted();
    await this.#host.waiting.until(wait, this.#lost);
  }
}

const anyOf = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined));
