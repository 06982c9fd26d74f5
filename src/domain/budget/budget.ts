import { TuttiError } from "../errors.ts";
import type { PartLimit } from "./part-limit.ts";

const budgetLevels = ["project", "job", "part", "task"] as const;
export type BudgetLevel = (typeof budgetLevels)[number];

/** One capped level of the tree project, job, parts of its workflow, task. All amounts in US dollars. */
export type Budget = {
  readonly level: BudgetLevel;
  /** Of a part: which, and how many agents there is room for at once under its limit. */
  readonly part?: Pick<PartLimit, "path" | "sharers">;
  readonly limitUsd: number;
  /** Promised to turns that are under way. */
  readonly reservedUsd: number;
  /** By turns that have ended; `null` = one of them cost nobody knows what, so that nothing is known to be left. */
  readonly spentUsd: number | null;
};

export type TurnRequest = {
  /** Set aside so much where that is left; `null` = all that is left. */
  readonly shareUsd: number | null;
  /** `false`: the model has no price, so that nothing can be set aside for it. Only for those who allow that. */
  readonly isPriced: boolean;
};

export type Grant =
  /** `null`: nothing could be set aside, because the model has no price. */
  | { readonly kind: "granted"; readonly amountUsd: number | null }
  /** Others have set it aside and may give it back. */
  | { readonly kind: "wait"; readonly level: BudgetLevel }
  | ({ readonly kind: "refused" } & SpentBudget);

/** A level that has cost all that it may. */
export type SpentBudget = Pick<Budget, "level" | "limitUsd" | "part"> & {
  /** One of its turns cost nobody knows what. */
  readonly isUnknown: boolean;
};

/** Of its share: with less than this, a turn rather waits for others than be cut short soon. */
const smallestPart = 0.25;

/**
 * What a turn may set aside at every level of a chain, or at none. What is granted never takes a level above its limit:
 * turns that cost no more than they were granted never cost more together than any level allows.
 * @param chain - the capped levels only; empty = no cap, and `granted` without an amount
 */
export function grantTurn(chain: readonly Budget[], { shareUsd, isPriced }: TurnRequest): Grant {
  const spent = chain.find((budget) => leftUsd(budget) <= 0);
  if (spent !== undefined) return refusal(spent);
  const tightest = chain.toSorted((a, b) => freeUsd(a) - freeUsd(b))[0];
  if (tightest === undefined || !isPriced) return { kind: "granted", amountUsd: null };
  const amountUsd = Math.min(freeUsd(tightest), shareUsd ?? Infinity);
  const enoughUsd = Math.min(...chain.map(leftUsd), shareUsd ?? Infinity) * smallestPart;
  if (amountUsd <= 0 || (amountUsd < enoughUsd && tightest.reservedUsd > 0)) {
    return { kind: "wait", level: tightest.level };
  }
  return { kind: "granted", amountUsd };
}

const refusal = (budget: Budget): Grant => ({ kind: "refused", ...spentBudget(budget) });

export const spentBudget = ({ level, limitUsd, part, spentUsd }: Budget): SpentBudget => ({
  level,
  limitUsd,
  ...(part === undefined ? {} : { part }),
  isUnknown: spentUsd === null,
});

/** What is left when everybody gives back what they have set aside; not negative. */
export const leftUsd = ({ limitUsd, spentUsd }: Budget): number =>
  spentUsd === null ? 0 : Math.max(0, plus(limitUsd, -spentUsd));

/**
 * Whether nothing is left and a turn under way has passed what it had set aside, or somebody spends without: then those beside it
 * can't have what was set aside for them. A limit that is used up to the last by turns that each kept to theirs is not overdrawn.
 */
export const isOverdrawn = (budget: Budget): boolean => {
  const { spentUsd, reservedUsd, limitUsd } = budget;
  return leftUsd(budget) <= 0 && (spentUsd === null || plus(spentUsd + reservedUsd, -limitUsd) > 0);
};

/** What is left beside what others have set aside; not negative. */
const freeUsd = (budget: Budget): number => Math.max(0, plus(leftUsd(budget), -budget.reservedUsd));

export type EndedTurn = {
  /** What was granted. */
  readonly reservedUsd: number | null;
  /** What it cost; `null` = nobody knows. */
  readonly costUsd: number | null;
  /** What is known of it. */
  readonly knownCostUsd: number;
  /** It was ended because it had cost what was granted. */
  readonly isCut: boolean;
};

/**
 * What a turn counts for once it has ended. A cost above the reservation was spent, so it counts; one that nobody knows counts
 * as all that was set aside. A turn that was cut counts for no less than that either: by then it had cost so much, whatever
 * was recorded of it.
 * @throws {TuttiError} `INTERNAL` for what is no amount of money
 */
export function settledUsd({ reservedUsd, costUsd, knownCostUsd, isCut }: EndedTurn): number {
  const known = checked(costUsd ?? knownCostUsd);
  return costUsd === null || isCut ? Math.max(known, checked(reservedUsd ?? 0)) : known;
}

/** How many turns may run side by side under a level's limit. A task's turns come one after another; a part says it itself. */
export type Sharers = { readonly project: number; readonly job: number };

/**
 * What one turn sets aside where nobody says how much: so much that all that may run beside it have room under each limit.
 * @returns `null` where no limit is shared
 */
export function shareOf(
  chain: readonly Pick<Budget, "level" | "limitUsd" | "part">[],
  sharers: Sharers,
): number | null {
  const shares = chain.flatMap(({ level, limitUsd, part }) => {
    if (level === "task") return [];
    const most = level === "part" ? Math.min(sharers.job, part?.sharers ?? sharers.job) : sharers[level];
    return [limitUsd / Math.max(1, most)];
  });
  return shares.length === 0 ? null : roundedShare(Math.min(...shares));
}

const sharesPerUsd = 1e6;

/** To a millionth, as it is shown to people: a third of 0.15 is 0.05. Never nothing; what is granted of it stays within each limit. */
const roundedShare = (usd: number): number => Math.max(1, Math.round(usd * sharesPerUsd)) / sharesPerUsd;

export const turnTooDear = (costUsd: number, limitUsd: number): TuttiError =>
  new TuttiError(
    "BUDGET_EXCEEDED",
    `The turn has cost ${costUsd.toFixed(4)} USD, more than its limit of ${limitUsd} USD.`,
    { context: { costUsd, limitUsd } },
  );

const nanosPerUsd = 1e9;

/** Decimal sums in binary floating point drift (0.1 + 0.2 > 0.3); rounding to a billionth takes the drift out. */
const plus = (a: number, b: number): number => Math.round((a + b) * nanosPerUsd) / nanosPerUsd;

function checked(amountUsd: number): number {
  if (Number.isFinite(amountUsd) && amountUsd >= 0) return amountUsd;
  throw new TuttiError("INTERNAL", `${amountUsd} is no amount of money`, { failureClass: "bug" });
}
