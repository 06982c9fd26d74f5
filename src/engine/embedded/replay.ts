import { workflowChangedError } from "./engine-errors.ts";
import type { Entry, Place } from "./journal.ts";

/** The scope of the workflow's own body; a branch of `flow.all` or `flow.race` appends `.<position of the all>.<index of the branch>`. */
export const rootScope = "main";

export function branchScope(scope: string, position: number, index: number): string {
  return `${scope}.${position}.${index}`;
}

/**
 * What is recorded of a run, handed out again call by call. Notices a body that asks for something else than it did
 * when the journal was written.
 */
export class Replay {
  readonly #entries = new Map<string, Entry>();
  readonly #unread: Map<string, Entry>;
  /** Places where a `flow.all` or an undecided race stood, known by what its branches recorded. */
  readonly #forks = new Set<string>();
  readonly #lastPositions = new Map<string, number>();

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) this.#add(entry);
    this.#unread = new Map(this.#entries);
  }

  /**
   * @returns the recorded entry, or nothing when the run has come to new ground
   * @throws {TuttiError} `ENGINE_WORKFLOW_CHANGED`
   */
  take(place: Place): Entry | undefined {
    const key = keyOf(place.scope, place.position);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#refuseGap(place);
      return undefined;
    }
    if (entry.kind !== place.kind || entry.name !== place.name) throw changed(describe(entry), describe(place), place);
    this.#unread.delete(key);
    return entry;
  }

  /**
   * What the branches of a race that is over recorded is not asked for again.
   * @throws {TuttiError} `ENGINE_WORKFLOW_CHANGED`
   */
  takeRace(place: Place): Entry | undefined {
    const { scope, position } = place;
    const isFork = this.#forks.has(keyOf(scope, position));
    const isLast = (this.#lastPositions.get(scope) ?? -1) < position;
    if (isFork && isLast) return undefined;
    const entry = this.take(place);
    if (entry !== undefined) this.forgetBranches(place);
    return entry;
  }

  forgetBranches(race: Pick<Place, "scope" | "position">): void {
    const prefix = `${race.scope}.${race.position}.`;
    for (const [key, { scope }] of this.#unread) if (scope.startsWith(prefix)) this.#unread.delete(key);
  }

  /** @throws {TuttiError} `ENGINE_WORKFLOW_CHANGED` when something else than a `flow.all` was recorded here */
  enterAll(scope: string, position: number): void {
    const entry = this.#entries.get(keyOf(scope, position));
    if (entry !== undefined) throw changed(describe(entry), "flow.all", { scope, position });
  }

  /** @throws {TuttiError} `ENGINE_WORKFLOW_CHANGED` when the body, or a branch, ended without asking for all that is recorded */
  refuseLeftover(scope: string = rootScope): void {
    for (const entry of this.#unread.values()) {
      if (isWithin(entry.scope, scope)) throw changed(describe(entry), "left out", entry);
    }
  }

  #add(entry: Entry): void {
    const { scope, position } = entry;
    this.#entries.set(keyOf(scope, position), entry);
    this.#lastPositions.set(scope, Math.max(position, this.#lastPositions.get(scope) ?? -1));
    for (const fork of forksOf(scope)) this.#forks.add(fork);
  }

  #refuseGap(place: Place): void {
    const { scope, position } = place;
    if (this.#forks.has(keyOf(scope, position))) throw changed("flow.all or flow.race", describe(place), place);
    const last = this.#lastPositions.get(scope) ?? -1;
    if (last > position) throw changed("nothing that is recorded", describe(place), place);
  }
}

/** `main.3.0.1.2` lies in branch 0 of the all at main's 3, and in branch 2 of the all at `main.3.0`'s 1. */
function forksOf(scope: string): readonly string[] {
  const parts = scope.split(".");
  const depth = (parts.length - 1) / 2;
  return Array.from({ length: depth }, (_, level) => {
    const end = 1 + level * 2;
    return keyOf(parts.slice(0, end).join("."), Number(parts[end]));
  });
}

export function isWithin(scope: string, outer: string): boolean {
  return scope === outer || scope.startsWith(`${outer}.`);
}

function keyOf(scope: string, position: number): string {
  return `${scope}@${position}`;
}

function describe({ kind, name }: Place): string {
  return kind === name ? kind : `${kind} "${name}"`;
}

function changed(recorded: string, asked: string, { scope, position }: Pick<Place, "scope" | "position">) {
  return workflowChangedError(
    `call ${position + 1} of ${scope} was ${recorded} when it was recorded, and now it is ${asked}`,
  );
}
