/** How long the limit of a project holds before it starts anew. */
export const budgetPeriods = ["day", "month", "all"] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

/**
 * When the present period began on this machine's calendar, in milliseconds since the Unix epoch; 0 for `all`.
 * @param now - milliseconds since the Unix epoch
 */
export function periodStart(period: BudgetPeriod, now: number): number {
  if (period === "all") return 0;
  const today = new Date(now);
  return new Date(today.getFullYear(), today.getMonth(), period === "day" ? today.getDate() : 1).getTime();
}
