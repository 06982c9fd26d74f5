import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canReserve, openBudget, remainingUsd, reserve, settle, type Budget } from "./budget.ts";

const usd = fc.double({ min: 0, max: 10, noNaN: true });
const limit = fc.option(fc.double({ min: 0, max: 50, noNaN: true }));

function granted(chain: readonly Budget[], amountUsd: number | null): readonly Budget[] {
  const reservation = reserve(chain, amountUsd);
  if (!reservation.isGranted) throw new Error(reservation.reason);
  return reservation.chain;
}

describe("reserve", () => {
  it("never promises more than any level's limit, whatever is reserved and settled", () => {
    const step = fc.record({
      amountUsd: usd,
      shareSpent: fc.double({ min: 0, max: 1, noNaN: true }),
      settles: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(limit, { minLength: 1, maxLength: 3 }), fc.array(step), (limits, steps) => {
        let chain: readonly Budget[] = limits.map(openBudget);
        for (const { amountUsd, shareSpent, settles } of steps) {
          const reservation = reserve(chain, amountUsd);
          if (!reservation.isGranted) continue;
          chain = reservation.chain;
          for (const { limitUsd, reservedUsd, spentUsd } of chain) {
            expect(spentUsd + reservedUsd).toBeLessThanOrEqual((limitUsd ?? Infinity) + 1e-9);
          }
          if (settles) chain = settle(chain, { reservedUsd: amountUsd, spentUsd: amountUsd * shareSpent });
        }
      }),
    );
  });

  it("takes nothing anywhere when one level refuses, and says which", () => {
    const chain = [openBudget(null), openBudget(5), openBudget(1)];
    expect(reserve(chain, 2)).toEqual({ isGranted: false, reason: "over-limit", level: 2 });
    expect(chain.map(({ reservedUsd }) => reservedUsd)).toEqual([0, 0, 0]);
  });

  it("lets small amounts fill a budget exactly", () => {
    let chain: readonly Budget[] = [openBudget(0.3)];
    for (let count = 0; count < 3; count += 1) chain = granted(chain, 0.1);
    expect(remainingUsd(chain)).toBe(0);
    expect(canReserve(chain, 0.000_001)).toBe(false);
  });

  it("refuses an unknown cost under a cap unless that is allowed, and never takes it for zero", () => {
    const capped = [openBudget(null), openBudget(1)];
    expect(reserve(capped, null)).toEqual({ isGranted: false, reason: "unpriced", level: 1 });
    expect(canReserve(capped, null, { allowsUnpriced: true })).toBe(true);
    expect(canReserve([openBudget(null)], null)).toBe(true);
  });

  it.each([-1, Number.NaN, Infinity])("refuses %d as an amount", (amountUsd) => {
    expect(() => reserve([openBudget(1)], amountUsd)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
});

describe("settle", () => {
  it("gives back exactly what was reserved when nothing was spent", () => {
    fc.assert(
      fc.property(fc.array(usd, { minLength: 1 }), (amounts) => {
        const reserved = amounts.reduce<readonly Budget[]>(
          (chain, amount) => granted(chain, amount),
          [openBudget(null)],
        );
        const settled = amounts.reduce(
          (chain, amount) => settle(chain, { reservedUsd: amount, spentUsd: 0 }),
          reserved,
        );
        expect(settled[0]?.reservedUsd).toBeCloseTo(0, 6);
        expect(settled[0]?.spentUsd).toBe(0);
      }),
    );
  });

  it("counts the reservation as spent when the true cost is unknown", () => {
    const [budget] = settle(granted([openBudget(5)], 2), { reservedUsd: 2, spentUsd: null });
    expect(budget).toEqual({ limitUsd: 5, reservedUsd: 0, spentUsd: 2, unpricedAttempts: 0 });
  });

  it("remembers an attempt that was neither reserved nor priced", () => {
    const [budget] = settle([openBudget(null)], { reservedUsd: null, spentUsd: null });
    expect(budget).toMatchObject({ spentUsd: 0, unpricedAttempts: 1 });
  });

  it("books what was spent beyond the limit, and lets nothing more through", () => {
    const chain = settle(granted([openBudget(1)], 1), { reservedUsd: 1, spentUsd: 1.5 });
    expect(chain[0]?.spentUsd).toBe(1.5);
    expect(remainingUsd(chain)).toBe(0);
    expect(canReserve(chain, 0)).toBe(false);
  });

  it("refuses to settle what was not reserved", () => {
    expect(() => settle([openBudget(1)], { reservedUsd: 1, spentUsd: 0 })).toThrow(
      expect.objectContaining({ code: "INTERNAL", failureClass: "bug" }),
    );
  });
});

describe("remainingUsd", () => {
  it("is what the tightest level has left, and null without any cap", () => {
    expect(remainingUsd(granted([openBudget(10), openBudget(null), openBudget(4)], 1))).toBe(3);
    expect(remainingUsd([openBudget(null)])).toBeNull();
  });
});
