import { AsyncLocalStorage } from "node:async_hooks";

import type { PartLimit } from "../domain/budget/part-limit.ts";
import { TuttiError } from "../domain/errors.ts";
import type { Flow } from "../engine/port.ts";
import { eventLoopTurn } from "./event-loop-turn.ts";

/** Where the code that runs now stands: in the body or a branch of a workflow, or in an effect that a step records. */
export class Scope {
  /** Names from the root, for keys that survive changes elsewhere in the code. */
  readonly path: string;
  /** Limits of `flow.budget` around this place, outermost first. */
  readonly limits: readonly PartLimit[];
  readonly #engine: Flow;
  readonly #occurrences = new Map<string, number>();
  /** When it was last given something to go on with. */
  #turn = eventLoopTurn();

  constructor(engine: Flow, path: string, limits: readonly PartLimit[]) {
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
    return places.run({ scope: this, isEffect: true }, async () => {
      try {
        return await work();
      } finally {
        this.#turn = eventLoopTurn();
      }
    });
  }

  /**
   * A body goes on in the turn of the event loop in which its call settled, or it has waited for something else.
   * @throws {TuttiError} `WORKFLOW_NOT_DETERMINISTIC`
   */
  refuseOtherWaits(before: string): void {
    if (this.#turn === eventLoopTurn()) return;
    throw new TuttiError(
      "WORKFLOW_NOT_DETERMINISTIC",
      `The body of a workflow waited for something that is no call of its flow, before ${before}`,
      {
        failureClass: "bug",
        hint: "Put what it waits for into a step: await flow.step(name, async () => …); import modules at the top of the file",
      },
    );
  }
}

type Place = { readonly scope: Scope; readonly isEffect: boolean };

const places = new AsyncLocalStorage<Place>();

/** Runs the body, or a branch. */
export const runInScope = <T>(scope: Scope, work: () => Promise<T>): Promise<T> =>
  places.run({ scope, isEffect: false }, async () => {
    const value = await work();
    scope.refuseOtherWaits("its end");
    return value;
  });

/** Whether the code that runs now is a workflow's own: what it does must be the same when it runs again. */
export function isInBody(): boolean {
  const place = places.getStore();
  return place !== undefined && !place.isEffect;
}

/** @throws {TuttiError} `WORKFLOW_NOT_DETERMINISTIC`; `ENGINE_FLOW_MISUSED` within an effect, and outside of a workflow */
export function currentScope(call: string): Scope {
  const place = places.getStore();
  if (place !== undefined && !place.isEffect) {
    place.scope.refuseOtherWaits(call);
    return place.scope;
  }
  const where = place === undefined ? "outside of the workflow's body" : "within the effect of a step";
  throw new TuttiError("ENGINE_FLOW_MISUSED", `${call} was called ${where}`, {
    failureClass: "bug",
    hint: "Call it in the body of the workflow, and give the step what it needs",
  });
}
