import { judgeOutcome, type JudgedOutcome } from "./judge-outcome.ts";
import type { LabelledOutcome } from "./read-outcomes.ts";

const atOnce = 4;

/** Each has a repository of its own, so that some can be judged side by side. In the order of the list. */
export async function judgeAll(outcomes: readonly LabelledOutcome[]): Promise<readonly JudgedOutcome[]> {
  const judged: JudgedOutcome[] = [];
  for (let at = 0; at < outcomes.length; at += atOnce) {
    judged.push(...(await Promise.all(outcomes.slice(at, at + atOnce).map(judgeOutcome))));
  }
  return judged;
}
