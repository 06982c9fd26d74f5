import { once } from "node:events";

import { grantTurn, leftUsd, shareOf, type Budget, type Grant } from "../../domain/budget/budget.ts";
import { partExceeded, type PartLimit } from "../../domain/budget/part-limit.ts";
import { errorToJson } from "../../domain/errors.ts";
import type { AgentAnswer, AgentCall } from "../../workflow/host.ts";

/** An agent's call, as far as it is about money. */
type Payer = Pick<AgentCall, "key" | "parts" | "signal">;

/** Of a call in this life, in US dollars. */
type Standing = { readonly parts: readonly PartLimit[]; paidUsd: number; heldUsd: number };

/** What the calls of a part have cost, without those of this life. */
type EarlierUsd = (part: PartLimit, isOfThisLife: (key: string) => boolean) => number;

/** As many at once as a workflow has branches: a test has no workers. */
const sharers = { project: Infinity, job: Infinity };

/** Holds stubs to the limits of `flow.budget` as agents are held to them: each sets aside before it begins, and waits while others hold it. */
export class PartPurse {
  readonly #earlierUsd: EarlierUsd;
  readonly #calls = new Map<string, Standing>();
  readonly #changed = new EventTarget();

  constructor(earlierUsd: EarlierUsd) {
    this.#earlierUsd = earlierUsd;
  }

  /**
   * Has a stub answer, once, with what was set aside before; what it costs beyond that it has to get.
   * @param costUsd - of the whole call
   */
  async pay(payer: Payer, costUsd: number, work: () => Promise<AgentAnswer>): Promise<AgentAnswer> {
    const standing = this.#standingOf(payer);
    let answer: AgentAnswer | undefined;
    try {
      for (;;) {
        const grant = await this.#setAside(payer, standing);
        if (grant.kind === "refused") return refused(grant, standing.paidUsd);
        answer ??= await work();
        standing.paidUsd += Math.min(grant.amountUsd ?? Infinity, restUsd(costUsd, standing));
        this.#giveBack(standing);
        if (restUsd(costUsd, standing) <= 0) return { ...answer, costUsd };
      }
    } finally {
      this.#giveBack(standing);
    }
  }

  #standingOf({ key, parts = [] }: Payer): Standing {
    const standing = { parts, paidUsd: this.#calls.get(key)?.paidUsd ?? 0, heldUsd: 0 };
    this.#calls.set(key, standing);
    return standing;
  }

  async #setAside({ signal }: Payer, standing: Standing): Promise<Exclude<Grant, { kind: "wait" }>> {
    for (;;) {
      signal.throwIfAborted();
      const chain = standing.parts.map((part) => this.#budgetOf(part));
      const grant = grantTurn(chain, { shareUsd: shareOf(chain, sharers), isPriced: true });
      if (grant.kind === "granted") standing.heldUsd = grant.amountUsd ?? 0;
      if (grant.kind !== "wait") return grant;
      await once(this.#changed, "change", { signal }).catch(() => undefined);
    }
  }

  #giveBack(standing: Standing): void {
    standing.heldUsd = 0;
    this.#changed.dispatchEvent(new Event("change"));
  }

  #budgetOf(part: PartLimit): Budget {
    const within = [...this.#calls.values()].filter(({ parts }) => parts.some(({ path }) => path === part.path));
    const sum = (amount: "paidUsd" | "heldUsd") => within.reduce((total, standing) => total + standing[amount], 0);
    const spentUsd = this.#earlierUsd(part, (key) => this.#calls.has(key)) + sum("paidUsd");
    return { level: "part", part, limitUsd: part.limitUsd, reservedUsd: sum("heldUsd"), spentUsd };
  }
}

const restUsd = (costUsd: number, { paidUsd }: Standing): number =>
  leftUsd({ level: "task", limitUsd: costUsd, reservedUsd: 0, spentUsd: paidUsd });

const refused = ({ part, limitUsd }: Extract<Grant, { kind: "refused" }>, costUsd: number): AgentAnswer => ({
  status: "failed",
  error: errorToJson(partExceeded({ path: part?.path ?? "", limitUsd })),
  costUsd,
});
