import { errorToJson, TuttiError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { NodeKind, NodeNote } from "../domain/workflow/node-note.ts";
import type { StepContext } from "../engine/port.ts";
import type { CallPlace, WorkflowHost } from "./host.ts";
import { isLostRace } from "./lost-race.ts";
import type { Scope } from "./scope.ts";

/** Calls of a workflow that are nodes of its graph. */
export class NotedCalls {
  readonly #host: WorkflowHost;

  constructor(host: WorkflowHost) {
    this.#host = host;
  }

  /** An effect that is recorded, and whose beginning and end are noted. */
  performed<T extends Json>(scope: Scope, { kind, name, endOf }: PerformedCall<T>, effect: Effect<T>): Promise<T> {
    return this.#effect(scope, { kind, name, status: "running" }, async (place, step) => {
      const note = { node: place.node, kind, name };
      try {
        const value = await effect(place, step);
        const end = isLostRace(step.signal.reason) ? { ...endOf?.(value), ...lost } : endOf?.(value);
        await this.#host.note({ ...note, status: "completed", ...end });
        return value;
      } catch (thrown) {
        await this.#noteFailure(note, step.signal, thrown);
        throw thrown;
      }
    });
  }

  /**
   * Something that is begun, and then waited for.
   * @param begin - recorded; comes again after a crash amid it
   */
  async awaited<T>(scope: Scope, call: AwaitedCall<T>): Promise<T> {
    const { kind, name, begin, wait } = call;
    const path = scope.next(name);
    const asked = { kind, name, path, status: "waiting" as const };
    let seen: CallPlace | undefined;
    try {
      const place = await this.#effect(scope, asked, async (at) => {
        seen = at;
        await begin?.(at);
        return at;
      });
      seen = place;
      return await wait(place);
    } catch (thrown) {
      if (seen !== undefined && isLostRace(thrown)) await this.#abandon(scope, call, seen);
      throw thrown;
    }
  }

  /** What waits in a branch that lost is not waited for any more. */
  async #abandon<T>(scope: Scope, { kind, name, abandon }: AwaitedCall<T>, place: CallPlace): Promise<void> {
    await scope.aside(async () => {
      await abandon?.(place);
      await this.#host.note({ node: place.node, kind, name, ...lost });
    });
  }

  /** What stops with its process has not come to its end: it goes on elsewhere. */
  async #noteFailure(note: NodeName, signal: AbortSignal, thrown: unknown): Promise<void> {
    if (isLostRace(signal.reason)) return this.#host.note({ ...note, ...lost });
    if (signal.aborted) return;
    const error = errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED"));
    await this.#host.note({ ...note, status: "failed", error });
  }

  #effect<T extends Json>(scope: Scope, { path, ...note }: Begun, effect: Effect<T>): Promise<T> {
    const at = path ?? scope.next(note.name);
    return scope.call((engine) =>
      engine.step(`${note.kind} ${note.name}`, async (step) => {
        const place = { path: at, node: nodeOf(step), key: `${engine.runId}/${at}` };
        await this.#host.note({ ...note, node: place.node });
        step.signal.throwIfAborted();
        return effect(place, step);
      }),
    );
  }
}

type Effect<T> = (place: CallPlace, step: StepContext) => Promise<T>;

type NodeName = Pick<NodeNote, "node" | "kind" | "name">;

type Begun = Pick<NodeNote, "kind" | "name" | "status"> & { readonly path?: string };

type PerformedCall<T> = {
  readonly kind: NodeKind;
  readonly name: string;
  /** What the end says about the node besides. */
  readonly endOf?: (value: T) => Partial<NodeNote>;
};

type AwaitedCall<T> = {
  readonly kind: NodeKind;
  readonly name: string;
  readonly begin?: (place: CallPlace) => Promise<void>;
  readonly wait: (place: CallPlace) => Promise<T>;
  /** Takes back what was begun when the branch lost a race. */
  readonly abandon?: (place: CallPlace) => Promise<void>;
};

const lost = { status: "cancelled" } as const;

export const nodeOf = ({ scope, position }: StepContext): string => `${scope}@${position}`;
