import type { JsonObject } from "../../domain/json.ts";
import type { Flow, Workflow } from "../port.ts";
import type { SqlStore } from "./sql-store.ts";

/** Gets what goes wrong in the background, where no caller could be told. A pino logger fits. */
export type EngineLogger = { warn(facts: JsonObject, message: string): void };

export type LabelOf = NonNullable<Workflow["labelOf"]>;

/** A workflow that takes and gives JSON text, so that all of them have one type. */
export type RegisteredWorkflow = {
  readonly name: string;
  readonly version: string;
  readonly run: (flow: Flow, inputText: string) => Promise<unknown>;
  readonly labelOf: LabelOf | undefined;
};

/** What everything in one engine shares. */
export type EngineContext = {
  readonly store: SqlStore;
  readonly workflows: ReadonlyMap<string, RegisteredWorkflow>;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: EngineLogger;
};
