import type { AskedCall } from "../../domain/workflow/replay-report.ts";
import type { Entry, Place } from "./journal.ts";
import { isWithin } from "./replay.ts";

/** The journal of a run, scope by scope, with the places of its `all` that left no record of their own. */
export class HistoryIndex {
  readonly #scopes = new Map<string, Map<number, AskedCall>>();
  readonly #entries = new Map<AskedCall, Entry>();
  /** Of each `all`: how many branches recorded something, or more. */
  readonly #branchCounts = new Map<string, number>();

  constructor(entries: readonly Entry[]) {
    const races = entries.filter(({ kind }) => kind === "race").map(({ scope, position }) => `${scope}.${position}`);
    for (const entry of entries) {
      if (!races.some((race) => isWithin(entry.scope, race))) this.#add(entry);
    }
  }

  /** How many calls count: not those of branches of a race that is over. */
  get size(): number {
    return this.#entries.size;
  }

  at({ scope, position }: Pick<Place, "scope" | "position">): AskedCall | undefined {
    return this.#scopes.get(scope)?.get(position);
  }

  entryOf(call: AskedCall): Entry | undefined {
    return this.#entries.get(call);
  }

  /** What is recorded in a scope from a position on, in its order. */
  from(scope: string, position: number): readonly AskedCall[] {
    const calls = [...(this.#scopes.get(scope)?.values() ?? [])];
    return calls.filter((call) => call.position >= position).toSorted((a, b) => a.position - b.position);
  }

  /** The last calls of a scope before a position. */
  before(scope: string, position: number, count: number): readonly AskedCall[] {
    return this.from(scope, 0)
      .filter((call) => call.position < position)
      .slice(-count);
  }

  /** Scopes of branches beyond the first `count` of the call at this place. */
  branchesBeyond({ scope, position }: Pick<Place, "scope" | "position">, count: number): readonly string[] {
    const most = this.#branchCounts.get(`${scope}.${position}`) ?? 0;
    const surplus = Array.from({ length: Math.max(0, most - count) }, (_, n) => `${scope}.${position}.${count + n}`);
    return surplus.filter((branch) => this.#scopes.has(branch));
  }

  #add(entry: Entry): void {
    const { scope, position, kind, name } = entry;
    const call = { scope, position, kind, name };
    this.#entries.set(call, entry);
    this.#put(call);
    this.#addForks(scope);
  }

  /** `main.3.0.1.2` lies in branch 0 of the all at main's 3, and in branch 2 of the one at `main.3.0`'s 1. */
  #addForks(scope: string): void {
    const parts = scope.split(".");
    for (let end = 1; end + 1 < parts.length; end += 2) {
      const outer = parts.slice(0, end).join(".");
      const position = Number(parts[end]);
      const fork = `${outer}.${position}`;
      this.#branchCounts.set(fork, Math.max(this.#branchCounts.get(fork) ?? 0, Number(parts[end + 1]) + 1));
      if (this.at({ scope: outer, position }) === undefined)
        this.#put({ scope: outer, position, kind: "all", name: "all" });
    }
  }

  #put(call: AskedCall): void {
    const scope = this.#scopes.get(call.scope) ?? new Map<number, AskedCall>();
    this.#scopes.set(call.scope, scope.set(call.position, call));
  }
}
