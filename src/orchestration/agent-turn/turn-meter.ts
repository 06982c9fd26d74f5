import type { AgentEvent } from "../../agents/port.ts";
import { turnTooDear } from "../../domain/budget/budget.ts";
import { fullModelName } from "../../domain/budget/model-alias.ts";
import type { ModelPrice } from "../../domain/budget/model-price.ts";
import { chargedUsd, priceOf } from "../../domain/budget/price-table.ts";
import type { Services } from "../services.ts";

export type Metered = {
  readonly limitUsd: number;
  /** A person's own. */
  readonly prices: readonly ModelPrice[];
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
};

/**
 * Holds one turn to its limit in the money that it is charged in. An agent knows what a turn costs by its own prices only: where
 * a person has others, its own watch would cut too early or too late.
 */
export class TurnMeter {
  readonly #metered: Metered;
  readonly #ended = new AbortController();

  constructor(metered: Metered) {
    this.#metered = metered;
  }

  /** Aborts, with `BUDGET_EXCEEDED`, when the turn has cost more than its limit. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  look(event: AgentEvent): void {
    if (event.type !== "usage" || this.signal.aborted) return;
    const { limitUsd, prices, now } = this.#metered;
    const charged = Object.entries(event.usage).map(([model, used]) =>
      chargedUsd(used, model, { at: now(), own: prices }),
    );
    const costUsd = charged.reduce<number>((sum, usd) => sum + (usd ?? 0), 0);
    if (costUsd > limitUsd) this.#ended.abort(turnTooDear(costUsd, limitUsd));
  }
}

/** Whether a person has said what a model costs. */
export const hasOwnPrice = ({ projectBudget, now }: Pick<Services, "projectBudget" | "now">, model: string): boolean =>
  priceOf(fullModelName(model), now(), projectBudget.prices ?? []) !== null;
