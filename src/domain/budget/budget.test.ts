import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { grantTurn, isOverdrawn, leftUsd, settledUsd, shareOf, type Budget } from "./budget.ts";

const budget = (some: Partial<Budget>): Budget => ({ level: "job", limitUsd: 1, reservedUsd: 0, spentUsd: 0, ...some });
const any = { shareUsd: null, isPriced: true };

type Ledger = { readonly chain: readonly Budget[]; readonly open: readonly number[] };

const limit = fc.double({ min: 0.01, max: 50, noNaN: true });
const chainOf = (limits: readonly number[]): readonly Budget[] =>
  (["project", "job", "task"] as const).slice(0, limits.length).map((level, index) => {
    return budget({ level, limitUsd: limits[index] ?? 1 });
  });

const change = ({ chain }: Ledger, reservedUsd: number, spentUsd: number): readonly Budget[] =>
  chain.map((each) => ({
    ...each,
    reservedUsd: each.reservedUsd + reservedUsd,
    spentUsd: (each.spentUsd ?? 0) + spentUsd,
  }));

function begin(ledger: Ledger, shareUsd: number | null): Ledger {
  const grant = grantTurn(ledger.chain, { shareUsd, isPriced: true });
  if (grant.kind !== "granted" || grant.amountUsd === null) return ledger;
  return { chain: change(ledger, grant.amountUsd, 0), open: [...ledger.open, grant.amountUsd] };
}

function end(ledger: Ledger, fraction: number): Ledger {
  const [reserved, ...open] = ledger.open;
  if (reserved === undefined) return ledger;
  return { chain: change(ledger, -reserved, reserved * fraction), open };
}

const step = fc.record({
  begins: fc.boolean(),
  shareUsd: fc.option(fc.double({ min: 0.01, max: 10, noNaN: true })),
  fraction: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe("grantTurn", () => {
  it("never promises more than any level has, however turns begin and end", () => {
    fc.assert(
      fc.property(fc.array(limit, { minLength: 1, maxLength: 3 }), fc.array(step), (limits, steps) => {
        let ledger: Ledger = { chain: chainOf(limits), open: [] };
        for (const { begins, shareUsd, fraction } of steps) {
          ledger = begins ? begin(ledger, shareUsd) : end(ledger, fraction);
          for (const { limitUsd, reservedUsd, spentUsd } of ledger.chain) {
            expect((spentUsd ?? 0) + reservedUsd).toBeLessThanOrEqual(limitUsd + 1e-6);
          }
        }
      }),
    );
  });

  it("never keeps a turn waiting that nobody could make room for", () => {
    fc.assert(
      fc.property(fc.array(limit, { minLength: 1, maxLength: 3 }), fc.array(step), (limits, steps) => {
        let ledger: Ledger = { chain: chainOf(limits), open: [] };
        for (const { begins, shareUsd, fraction } of steps)
          ledger = begins ? begin(ledger, shareUsd) : end(ledger, fraction);
        while (ledger.open.length > 0) ledger = end(ledger, 0.5);
        expect(
          grantTurn(
            ledger.chain.map((each) => ({ ...each, reservedUsd: 0 })),
            any,
          ).kind,
        ).not.toBe("wait");
      }),
    );
  });

  it("sets aside the share, and what is left where that is less", () => {
    expect(grantTurn([budget({})], { shareUsd: 0.5, isPriced: true })).toEqual({ kind: "granted", amountUsd: 0.5 });
    expect(grantTurn([budget({ spentUsd: 0.9 })], { shareUsd: 0.5, isPriced: true })).toEqual({
      kind: "granted",
      amountUsd: 0.1,
    });
  });

  it("takes the tightest level", () => {
    const chain = [
      budget({ level: "project", limitUsd: 10 }),
      budget({ limitUsd: 5 }),
      budget({ level: "task", limitUsd: 2 }),
    ];
    expect(grantTurn(chain, any)).toEqual({ kind: "granted", amountUsd: 2 });
  });

  it("waits for what others have set aside instead of refusing, and refuses once it is spent", () => {
    expect(grantTurn([budget({ reservedUsd: 1 })], any)).toEqual({ kind: "wait", level: "job" });
    expect(grantTurn([budget({ spentUsd: 1 })], any)).toMatchObject({ kind: "refused", level: "job", limitUsd: 1 });
  });

  it("waits rather than begin with a crumb", () => {
    expect(grantTurn([budget({ limitUsd: 10, reservedUsd: 9.9 })], any)).toEqual({ kind: "wait", level: "job" });
    expect(grantTurn([budget({ limitUsd: 10, spentUsd: 9.9 })], any)).toEqual({ kind: "granted", amountUsd: 0.1 });
  });

  it("takes an unknown cost for all that there was", () => {
    const unknown = budget({ limitUsd: 100, spentUsd: null });
    expect(grantTurn([unknown], any)).toMatchObject({ kind: "refused", isUnknown: true });
    expect(leftUsd(unknown)).toBe(0);
  });

  it("sets nothing aside without a cap or a price, but still respects what is spent", () => {
    expect(grantTurn([], any)).toEqual({ kind: "granted", amountUsd: null });
    expect(grantTurn([budget({})], { ...any, isPriced: false })).toEqual({ kind: "granted", amountUsd: null });
    expect(grantTurn([budget({ spentUsd: 2 })], { ...any, isPriced: false })).toMatchObject({ kind: "refused" });
  });

  it("lets small amounts fill a budget exactly", () => {
    expect(leftUsd(budget({ limitUsd: 0.3, spentUsd: 0.1 + 0.2 }))).toBe(0);
  });
});

describe("isOverdrawn", () => {
  it("is not what turns have used up that each kept to what it had set aside", () => {
    expect(isOverdrawn(budget({ limitUsd: 0.3, spentUsd: 0.1 + 0.2 }))).toBe(false);
    expect(isOverdrawn(budget({ spentUsd: 0.5, reservedUsd: 0.5 }))).toBe(false);
  });

  it("is what others can't have any more, and what nobody knows", () => {
    expect(isOverdrawn(budget({ spentUsd: 1, reservedUsd: 0.25 }))).toBe(true);
    expect(isOverdrawn(budget({ spentUsd: 1.01 }))).toBe(true);
    expect(isOverdrawn(budget({ spentUsd: null }))).toBe(true);
  });

  it("leaves alone those who go on within what is left, whatever is set aside", () => {
    expect(isOverdrawn(budget({ spentUsd: 0.9, reservedUsd: 0.5 }))).toBe(false);
  });
});

describe("settledUsd", () => {
  const ended = { reservedUsd: 2, costUsd: 0.5, knownCostUsd: 0.5, isCut: false };

  it("is what the turn cost, above its reservation too", () => {
    expect(settledUsd(ended)).toBe(0.5);
    expect(settledUsd({ ...ended, costUsd: 3, knownCostUsd: 3 })).toBe(3);
  });

  it("is the whole reservation when nobody knows the cost, or what is known where that is more", () => {
    expect(settledUsd({ ...ended, costUsd: null, knownCostUsd: 0 })).toBe(2);
    expect(settledUsd({ ...ended, costUsd: null, knownCostUsd: 3 })).toBe(3);
  });

  it("is no less than the reservation for a turn that was cut", () => {
    expect(settledUsd({ ...ended, isCut: true })).toBe(2);
  });

  it.each([-1, Number.NaN, Infinity])("refuses %d as an amount", (costUsd) => {
    expect(() => settledUsd({ ...ended, costUsd })).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
});

describe("shareOf", () => {
  it("gives every worker room under the tightest shared cap, and leaves a task's own cap whole", () => {
    const [project, job, task] = [
      budget({ level: "project", limitUsd: 12 }),
      budget({ limitUsd: 4 }),
      budget({ level: "task" }),
    ];
    expect(shareOf([project, job, task], { project: 4, job: 4 })).toBe(1);
    expect(shareOf([project, job, task], { project: 4, job: 1 })).toBe(3);
    expect(shareOf([task], { project: 4, job: 4 })).toBeNull();
  });

  it("is an amount that people write", () => {
    const shares = (limitUsd: number, most: number) => shareOf([budget({ limitUsd })], { project: most, job: most });
    expect([shares(0.15, 3), shares(0.7, 7), shares(2, 3)]).toEqual([0.05, 0.1, 0.666667]);
  });

  it("is never nothing, and as many as share a limit can have theirs but for what rounding takes", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 500, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (limitUsd, most) => {
          const share = shareOf([budget({ limitUsd })], { project: most, job: most }) ?? 0;
          expect(share).toBeGreaterThan(0);
          expect(Math.abs(share - Math.max(limitUsd / most, 1e-6))).toBeLessThanOrEqual(1e-6);
        },
      ),
    );
  });
});
