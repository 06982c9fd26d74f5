import type { DecisionSettings } from "../decide/decision-settings.ts";
import type { FeedbackEntry } from "./analyze.ts";

/**
 * On which rung of a ladder a task begins: the lowest one that this project's outcomes do not speak against. A rung is passed over only
 * when there are enough outcomes of it and too few of them were good; one that nobody has tried enough is tried.
 * @param ladder - models, cheap ones first, not empty
 * @returns its index
 */
export function startRung(
  ladder: readonly string[],
  entries: readonly FeedbackEntry[],
  { routeAfter, routeMinRate }: Pick<DecisionSettings, "routeAfter" | "routeMinRate">,
): number {
  const isWarranted = (model: string): boolean => {
    const own = entries.filter((entry) => entry.model === model);
    const good = own.filter(({ isGood }) => isGood).length;
    return own.length < routeAfter || good / own.length >= routeMinRate;
  };
  const found = ladder.findIndex(isWarranted);
  return found === -1 ? ladder.length - 1 : found;
}
