import { TuttiError } from "../errors.ts";

/** One level of a budget: a project, a job or a task. All amounts in US dollars. */
export type Budget = {
  /** `null` = no cap. */
  readonly limitUsd: number | null;
  /** Promised to attempts that are under way. */
  readonly reservedUsd: number;
  readonly spentUsd: number;
  /** Settled attempts whose cost nobody knows and for which nothing was reserved. */
  readonly unpricedAttempts: number;
};

export const openBudget = (limitUsd: number | null): Budget => ({
  limitUsd,
  reservedUsd: 0,
  spentUsd: 0,
  unpricedAttempts: 0,
});

export type ReserveOptions = {
  /** Let work whose cost is unknown start under a cap. Default `false`. */
  readonly allowsUnpriced?: boolean;
};

export type Reservation =
  | { readonly isGranted: true; readonly chain: readonly Budget[] }
  | {
      readonly isGranted: false;
      readonly reason: "over-limit" | "unpriced";
      /** Index in the chain of the level that refuses. */
      readonly level: number;
    };

/**
 * Sets money aside at every level of a chain (project, job, task), or at none. What is granted never takes a level above its
 * limit. Sums are kept to a billionth of a dollar, so that many small amounts add up to what they should.
 * @param chain - outermost first; not mutated
 * @param amountUsd - not negative; `null` = unknown, which is not zero: refused under a cap unless `allowsUnpriced`
 */
export function reserve(
  chain: readonly Budget[],
  amountUsd: number | null,
  { allowsUnpriced = false }: ReserveOptions = {},
): Reservation {
  if (amountUsd === null) {
    const level = allowsUnpriced ? -1 : chain.findIndex(({ limitUsd }) => limitUsd !== null);
    return level === -1 ? { isGranted: true, chain } : { isGranted: false, reason: "unpriced", level };
  }
  const reserved = chain.map((budget) => ({ ...budget, reservedUsd: plus(budget.reservedUsd, checked(amountUsd)) }));
  const level = reserved.findIndex(isOverLimit);
  return level === -1 ? { isGranted: true, chain: reserved } : { isGranted: false, reason: "over-limit", level };
}

/** Whether `reserve` would grant it. */
export const canReserve = (chain: readonly Budget[], amountUsd: number | null, options?: ReserveOptions): boolean =>
  reserve(chain, amountUsd, options).isGranted;

export type Settlement = {
  /** What `reserve` was given for this attempt. */
  readonly reservedUsd: number | null;
  /** What it cost; `null` = unknown: then the reservation counts as spent. */
  readonly spentUsd: number | null;
};

/**
 * Turns a reservation into what was really spent, at every level. The true cost may be above the reservation and even above
 * the limit: it was spent, so it is booked.
 * @throws {TuttiError} `INTERNAL` when a level has less reserved than is settled
 */
export function settle(chain: readonly Budget[], { reservedUsd, spentUsd }: Settlement): readonly Budget[] {
  const released = checked(reservedUsd ?? 0);
  const isUnpriced = reservedUsd === null && spentUsd === null;
  return chain.map((budget) => {
    const left = plus(budget.reservedUsd, -released);
    if (left < 0) throw settledTwice(budget, released);
    return {
      ...budget,
      reservedUsd: left,
      spentUsd: plus(budget.spentUsd, checked(spentUsd ?? released)),
      unpricedAttempts: budget.unpricedAttempts + (isUnpriced ? 1 : 0),
    };
  });
}

/** What can still be reserved through the whole chain, never negative; `null` = no cap anywhere. */
export function remainingUsd(chain: readonly Budget[]): number | null {
  const left = chain.flatMap(({ limitUsd, reservedUsd, spentUsd }) =>
    limitUsd === null ? [] : [Math.max(0, plus(limitUsd, -plus(spentUsd, reservedUsd)))],
  );
  return left.length === 0 ? null : Math.min(...left);
}

const nanosPerUsd = 1e9;

/** Decimal sums in binary floating point drift (0.1 + 0.2 > 0.3); rounding to a billionth takes the drift out. */
const plus = (a: number, b: number): number => Math.round((a + b) * nanosPerUsd) / nanosPerUsd;

const isOverLimit = ({ limitUsd, spentUsd, reservedUsd }: Budget): boolean =>
  limitUsd !== null && plus(spentUsd, reservedUsd) > limitUsd;

function checked(amountUsd: number): number {
  if (Number.isFinite(amountUsd) && amountUsd >= 0) return amountUsd;
  throw new TuttiError("INTERNAL", `${amountUsd} is no amount of money`, { failureClass: "bug" });
}

function settledTwice({ reservedUsd }: Budget, released: number): TuttiError {
  return new TuttiError("INTERNAL", "A reservation was settled that a budget does not hold", {
    failureClass: "bug",
    context: { reservedUsd, released },
  });
}
