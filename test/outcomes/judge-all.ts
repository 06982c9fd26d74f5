import { judgeOutcome, type JudgedOutcome, type JudgeSettings } from "./judge-outcome.ts";
import { outcomesPlace } from "./outcomes-place.ts";
import type { LabelledOutcome } from "./read-outcomes.ts";

const atOnce = 4;

/** Each has a slot of its own, so that some can be judged side by side. In the order of the list. */
export async function judgeAll(
  outcomes: readonly LabelledOutcome[],
  settings: JudgeSettings = { proveOnBase: false },
): Promise<readonly JudgedOutcome[]> {
  await using place = await outcomesPlace(outcomes);
  const judged: JudgedOutcome[] = [];
  const waiting = outcomes.entries();
  const judgeNext = async (): Promise<void> => {
    for (const [index, outcome] of waiting) judged[index] = await judgeOutcome(outcome, index, place, settings);
  };
  await Promise.all(Array.from({ length: atOnce }, judgeNext));
  return judged;
}
