import type { ModelPrice } from "../domain/budget/model-price.ts";
import type { Store } from "../stores/port.ts";
import type { StateTables } from "./schema.ts";

/** What every group of commands needs. */
export type StateContext = {
  readonly store: Store<StateTables>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A person's own prices. Default: none. */
  readonly prices?: readonly ModelPrice[];
};
