import { AsyncLocalStorage } from "node:async_hooks";

import { TuttiError } from "../domain/errors.ts";
import type { Flow } from "../engine/port.ts";

/** Where the code that runs now stands: in the body or a branch of a workflow, or in an effect that a step records. */
export class Scope {
  /** Names from the root, for keys that survive changes elsewhere in the code. */
  readonly path: string;
  /** Limits of `flow.budget` around this place, outermost first. */
  readonly limits: readonly BudgetLimit[];
  readonly #engine: Flow;
  readonly #occurrences = new Map<string, number>();

  constructor(engine: Flow, path: string, limits: readonly BudgetLimit[]) {
    this.#engine = engine;
    this.path = path;
    this.limits = limits;
  }

  /** The path of the next call of this name. */
  next(name: string): string {
    const occurrence = (this.#occurrences.get(name) ?? 0) + 1;
    this.#occurrences.set(name, occurrence);
    const own = `${name.replaceAll("%", "%25").replaceAll("/", "%2F")}#${occurrence}`;
    return this.path === "" ? own : `${this.path}/${own}`;
  }

  /** What the engine does meanwhile, the effect of a step among it, is not the body: it may look at the clock. */
  call<T>(use: (engine: Flow) => Promise<T>): Promise<T> {
    return this.aside(() => use(this.#engine));
  }

  /** Work for the world outside that is no call of the workflow. */
  aside<T>(work: () => Promise<T>): Promise<T> {
    return places.run({ scope: this, isEffect: true }, work);
  }
}

export type BudgetLimit = { readonly path: string; readonly maxCostUsd: number };

type Place = { readonly scope: Scope; readonly isEffect: boolean };

const places = new AsyncLocalStorage<Place>();

export const runInScope = <T>(scope: Scope, work: () => Promise<T>): Promise<T> =>
  places.run({ scope, isEffect: false }, work);

/** Whether the code that runs now is a workflow's own: what it does must be the same when it runs again. */
export function isInBody(): boolean {
  const place = places.getStore();
  return place !== undefined && !place.isEffect;
}

/** @throws {TuttiError} `ENGINE_FLOW_MISUSED` within an effect, and outside of a workflow */
export function currentScope(call: string): Scope {
  const place = places.getStore();
  if (place !== undefined && !place.isEffect) return place.scope;
  const where = place === undefined ? "outside of the workflow's body" : "within the effect of a step";
  throw new TuttiError("ENGINE_FLOW_MISUSED", `${call} was called ${where}`, {
    failureClass: "bug",
    hint: "Call it in the body of the workflow, and give the step what it needs",
  });
}
