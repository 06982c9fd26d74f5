import { errorFromJson, type ErrorJson } from "../../domain/errors.ts";
import type { RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { AskedCall } from "../../domain/workflow/replay-report.ts";
import type { CallRun, Flow, RaceResult, StepContext } from "../port.ts";
import { misusedError } from "./engine-errors.ts";
import type { FlowHost } from "./flow-host.ts";
import type { Entry, EntryKind } from "./journal.ts";
import { fromJsonText } from "./json-text.ts";
import { branchScope } from "./replay.ts";
import { settleAll } from "./settle-all.ts";

/** `Flow` for the body of a run or for one branch of a `flow.all` or `flow.race`. Calls in one scope go one after the other. */
export class ScopedFlow implements Flow {
  readonly runId: RunId;
  readonly token: number;
  readonly signal: AbortSignal;
  readonly #host: FlowHost;
  readonly #scope: string;
  readonly #occurrences = new Map<string, number>();
  #position = 0;
  #pending: string | undefined;
  #isOver = false;

  constructor(host: FlowHost, scope: string) {
    this.runId = host.lease.runId;
    this.token = host.lease.token;
    this.signal = host.signal;
    this.#host = host;
    this.#scope = scope;
  }

  step<T extends Json>(name: string, effect: (step: StepContext) => Promise<T>): Promise<T> {
    return this.#call("step", name, async (position) => {
      const place = this.#placeOf(position, "step", name);
      const key = this.#keyOf(name);
      return fromJsonText<T>(outputOf(this.#host.recall(place) ?? (await this.#host.perform(place, { key, effect }))));
    });
  }

  all<T>(
    branches: readonly ((flow: Flow) => Promise<T>)[],
    options: { readonly concurrency?: number } = {},
  ): Promise<readonly T[]> {
    return this.#call("all", "all", async (position) => {
      this.#host.enterAll(this.#scope, position, branches.length);
      const started = branches.map(
        (branch, index) => () => this.#branch(this.#host, branch, branchScope(this.#scope, position, index)),
      );
      return settleAll(started, options.concurrency ?? branches.length);
    });
  }

  race<T extends Json>(
    branches: readonly ((flow: Flow) => Promise<T>)[],
    options: { readonly concurrency?: number } = {},
  ): Promise<RaceResult<T>> {
    return this.#call("race", "race", async (position) => {
      const place = this.#placeOf(position, "race", "race");
      const started = branches.map(
        (branch, index) => (host: FlowHost) => this.#branch(host, branch, branchScope(this.#scope, position, index)),
      );
      const { concurrency = branches.length } = options;
      const entry = this.#host.recallRace(place) ?? (await this.#host.race(place, started, concurrency));
      return fromJsonText<RaceResult<T>>(outputOf(entry));
    });
  }

  call<Output extends Json>(request: CallRun): Promise<Output> {
    return this.#call("call", request.key, async (position) => {
      const place = this.#placeOf(position, "call", request.key);
      return fromJsonText<Output>(await this.#host.call(place, request));
    });
  }

  sleep(durationMs: number): Promise<void> {
    return this.#call("sleep", "sleep", (position) =>
      this.#host.sleep(this.#placeOf(position, "sleep", "sleep"), durationMs),
    );
  }

  receive(name: string, options: { readonly timeoutMs?: number } = {}): Promise<Json | undefined> {
    return this.#call("receive", name, async (position) => {
      const { valueText } = await this.#host.receive(this.#placeOf(position, "receive", name), options.timeoutMs);
      return valueText === undefined ? undefined : fromJsonText<Json>(valueText);
    });
  }

  now(): Promise<number> {
    return this.#draw("now");
  }

  random(): Promise<number> {
    return this.#draw("random");
  }

  uuid(): Promise<string> {
    return this.#draw("uuid");
  }

  /** No call may follow, and none may be under way. */
  close(): void {
    this.#isOver = true;
    this.#host.leave(this.#scope);
    if (this.#pending === undefined) return;
    this.#host.poison(misusedError(`${this.#scope} ended without awaiting its flow call ${this.#pending}`));
  }

  #draw<T extends Json>(kind: "now" | "random" | "uuid"): Promise<T> {
    return this.#call(kind, kind, async (position) => {
      const place = this.#placeOf(position, kind, kind);
      return fromJsonText<T>(outputOf(this.#host.recall(place) ?? (await this.#host.draw(place, kind))));
    });
  }

  /** A call that nobody awaits must not end the process when it fails: `close` reports it. */
  #call<T>(kind: AskedCall["kind"], name: string, work: (position: number) => Promise<T>): Promise<T> {
    const label = this.#host.labelOf?.({ kind, name }) ?? (kind === name ? kind : `${kind} "${name}"`);
    const result = this.#enter(label, work);
    result.catch(() => undefined);
    return result;
  }

  async #enter<T>(label: string, work: (position: number) => Promise<T>): Promise<T> {
    this.#refuseMisuse(label);
    this.#host.refuseIfInterrupted();
    const position = this.#position++;
    this.#pending = label;
    try {
      return await work(position);
    } finally {
      this.#pending = undefined;
    }
  }

  #refuseMisuse(label: string): void {
    if (this.#isOver)
      throw this.#host.poison(misusedError(`The flow call ${label} came after the end of ${this.#scope}`));
    if (this.#pending === undefined) return;
    throw this.#host.poison(
      misusedError(`The flow call ${label} of ${this.#scope} began while ${this.#pending} was under way`),
    );
  }

  async #branch<T>(host: FlowHost, branch: (flow: Flow) => Promise<T>, scope: string): Promise<T> {
    const flow = new ScopedFlow(host, scope);
    try {
      return await branch(flow);
    } finally {
      flow.close();
    }
  }

  #placeOf(position: number, kind: EntryKind, name: string) {
    return { scope: this.#scope, position, kind, name };
  }

  /** No `/` but the separating ones: two different steps never share a key. */
  #keyOf(name: string): string {
    const occurrence = (this.#occurrences.get(name) ?? 0) + 1;
    this.#occurrences.set(name, occurrence);
    const safeName = name.replaceAll("%", "%25").replaceAll("/", "%2F");
    return `${this.runId}/${this.#scope}/${safeName}#${occurrence}`;
  }
}

/** The same value, or the same error, whether the step ran now or long ago. */
export function outputOf({ state, valueText = "null" }: Entry): string {
  if (state === "failed") throw errorFromJson(fromJsonText<ErrorJson>(valueText));
  return valueText;
}
