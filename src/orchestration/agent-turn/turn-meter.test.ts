import fc from "fast-check";
import { expect, it } from "vitest";

import { ownPrices } from "../../domain/budget/own-prices.ts";
import type { Usage } from "../../domain/budget/usage.ts";
import { TurnMeter } from "./turn-meter.ts";

const model = "claude-sonnet-5-5";

const pricesOf = (outputUsdPerMtok: number) =>
  ownPrices([{ model, inputUsdPerMtok: 0, outputUsdPerMtok, cacheWriteUsdPerMtok: 0, cacheReadUsdPerMtok: 0 }]);

const usageOf = (outputTokens: number, costUsd: number | null): Usage => ({
  [model]: { inputTokens: 7, outputTokens, cacheReadTokens: 7, cacheWriteTokens: 7, costUsd },
});

it("ends a turn exactly when its tokens at the person's own price are above the limit, whatever the agent says", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.array(fc.nat({ max: 2_000_000 }), { maxLength: 5 }),
      fc.option(fc.nat({ max: 100 })),
      (usdPerMtok, all, reported) => {
        const meter = new TurnMeter({ limitUsd: 10, prices: pricesOf(usdPerMtok), now: () => 1 });
        const told = all.toSorted((a, b) => a - b);
        for (const tokens of told) meter.look({ type: "usage", usage: usageOf(tokens, reported) });
        expect(meter.signal.aborted).toBe(((told.at(-1) ?? 0) * usdPerMtok) / 1e6 > 10);
      },
    ),
  );
});

it("says what the turn has cost and what it might, and counts models that the person has no price for as the agent does", () => {
  const meter = new TurnMeter({ limitUsd: 1, prices: pricesOf(1), now: () => 1 });
  const other = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.75 };
  meter.look({ type: "usage", usage: { ...usageOf(250_000, 9), other } });
  expect(meter.signal.aborted).toBe(false);
  meter.look({ type: "usage", usage: { ...usageOf(500_000, 9), other } });
  expect(meter.signal.reason).toMatchObject({ code: "BUDGET_EXCEEDED", context: { costUsd: 1.25, limitUsd: 1 } });
});
