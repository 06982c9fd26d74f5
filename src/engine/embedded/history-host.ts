import type { TuttiError } from "../../domain/errors.ts";
import type { AskedCall, Divergence } from "../../domain/workflow/replay-report.ts";
import type { CallRun } from "../port.ts";
import type { LabelOf } from "./engine-context.ts";
import { firstSuccess } from "./first-success.ts";
import type { FlowHost, RaceBranch } from "./flow-host.ts";
import type { HistoryIndex } from "./history-index.ts";
import type { Entry, Place } from "./journal.ts";
import type { Lease } from "./lease.ts";
import { isWithin } from "./replay.ts";
import { outputOf } from "./scoped-flow.ts";

/** How many calls a divergence shows around it. */
const contextCalls = 3;

/**
 * Gives a body what its journal holds and does nothing else. A call without a record, or that differs from it, never ends, so that its
 * scope gets no further; other branches do.
 */
export class HistoryHost implements FlowHost {
  readonly lease: Lease;
  readonly signal: AbortSignal = new AbortController().signal;
  readonly labelOf: LabelOf | undefined;
  readonly divergences: Divergence[] = [];
  /** Grows with every call. */
  asked = 0;
  matched = 0;
  misuse: TuttiError | undefined;
  readonly #history: HistoryIndex;
  readonly #seen = new Set<AskedCall>();
  #next: AskedCall[] = [];

  constructor(history: HistoryIndex, lease: Lease, labelOf?: LabelOf) {
    this.labelOf = labelOf;
    this.#history = history;
    this.lease = lease;
  }

  get next(): readonly AskedCall[] {
    return this.#next;
  }

  refuseIfInterrupted(): void {
    if (this.misuse !== undefined) throw this.misuse;
  }

  poison(error: TuttiError): TuttiError {
    this.misuse ??= error;
    return error;
  }

  recall(place: Place): Entry | undefined {
    const entry = this.#match(place);
    return entry?.state === "open" ? this.#stopAt(place) : entry;
  }

  recallRace(place: Place): Entry | undefined {
    const known = this.#history.at(place);
    const isUndecided = known?.kind === "all" && this.#history.from(place.scope, place.position + 1).length === 0;
    if (!isUndecided) return this.recall(place);
    this.#seen.add(known);
    return undefined;
  }

  enterAll(scope: string, position: number, count: number): void {
    const place = { scope, position, kind: "all" as const, name: "all" };
    if (this.#isStopped(scope)) return;
    this.asked += 1;
    const known = this.#history.at(place);
    if (known !== undefined && known.kind !== "all") return this.#diverge(place, known);
    if (known !== undefined) this.#seen.add(known);
    for (const branch of this.#history.branchesBeyond(place, count)) this.#leftOut(branch);
  }

  leave(scope: string): void {
    if (!this.#isStopped(scope)) this.#leftOut(scope);
  }

  perform(): Promise<never> {
    return never();
  }

  draw(): Promise<never> {
    return never();
  }

  async sleep(place: Place): Promise<void> {
    if (this.recall(place) === undefined) await never();
  }

  async receive(place: Place): Promise<Entry> {
    return this.recall(place) ?? never();
  }

  async call(place: Place, _request: CallRun): Promise<string> {
    const entry = this.recall(place);
    return entry === undefined ? never() : outputOf(entry);
  }

  /** Decided by what is recorded, and not recorded itself: the run would go on with that. */
  async race(place: Place, branches: readonly RaceBranch[], concurrency: number): Promise<Entry> {
    if (this.#isStopped(place.scope)) return never();
    for (const branch of this.#history.branchesBeyond(place, branches.length)) this.#leftOut(branch);
    const decide = (): void => {
      const scope = `${place.scope}.${place.position}`;
      this.#next = [...this.#next.filter((call) => !isWithin(call.scope, scope)), place];
    };
    const starts = branches.map((branch) => () => branch(this));
    await firstSuccess(starts, concurrency, decide).catch(decide);
    return never();
  }

  #match(place: Place): Entry | undefined {
    if (this.#isStopped(place.scope)) return undefined;
    this.asked += 1;
    const known = this.#history.at(place);
    if (known === undefined && this.#history.from(place.scope, place.position).length === 0) return this.#stopAt(place);
    const isSame = known !== undefined && known.kind === place.kind && known.name === place.name;
    if (!isSame) {
      this.#diverge(place, known);
      return undefined;
    }
    this.matched += 1;
    this.#seen.add(known);
    return this.#history.entryOf(known);
  }

  #stopAt(place: AskedCall): undefined {
    this.#next.push(callOf(place));
  }

  /** Nothing can be said about what comes after a call that differs. */
  #isStopped(scope: string): boolean {
    return [...this.divergences, ...this.#next].some((stop) => isWithin(scope, stop.scope));
  }

  #diverge(place: AskedCall, known: AskedCall | undefined): void {
    const { scope, position } = place;
    const rest = this.#history.from(scope, position);
    const again = rest.findIndex((call) => call.kind === place.kind && call.name === place.name);
    const skipped = again > 0 ? rest.slice(0, again) : rest.slice(0, known === undefined ? 0 : 1);
    this.#add({
      scope,
      position,
      what: `${whereOf(place)} was ${labelOf(known)}, and the code asks for ${labelOf(place)}${againOf(rest[again], again)}`,
      recorded: skipped,
      asked: again > 0 ? [] : [callOf(place)],
      after: rest.slice(skipped.length, skipped.length + contextCalls),
    });
  }

  #leftOut(scope: string): void {
    const rest = this.#history.from(scope, 0).filter((call) => !this.#seen.has(call));
    const [first] = rest;
    if (first === undefined) return;
    const what = `${whereOf(first)} was ${labelOf(first)}, and the code ends without it`;
    this.#add({ scope, position: first.position, what, recorded: rest, asked: [], after: [] });
  }

  #add(divergence: Omit<Divergence, "before">): void {
    const { scope, position } = divergence;
    this.divergences.push({ ...divergence, before: this.#history.before(scope, position, contextCalls) });
  }
}

const never = (): Promise<never> => Promise.race<never>([]);

const callOf = ({ scope, position, kind, name }: AskedCall): AskedCall => ({ scope, position, kind, name });

const whereOf = ({ scope, position }: AskedCall): string => `Call ${position + 1} of ${scope}`;

const labelOf = (call: AskedCall | undefined): string => {
  if (call === undefined) return "nothing";
  return call.kind === call.name ? call.kind : `${call.kind} "${call.name}"`;
};

const againOf = (call: AskedCall | undefined, index: number): string =>
  call === undefined || index <= 0 ? "" : `, which was call ${call.position + 1}`;
