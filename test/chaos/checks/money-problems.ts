import type { Round } from "../drive-to-the-end.ts";
import { turnCostUsd } from "../plan/chaos-plan.ts";
import type { ChaosJob } from "../world/chaos-job.ts";

/**
 * No more was spent than there was, at any time; and what was spent is known: a turn whose cost is not in the state was in
 * the hands of a process that something ended.
 */
export async function moneyProblems(job: ChaosJob, rounds: readonly Round[]): Promise<readonly string[]> {
  const { budgetUsd } = job.plan;
  if (budgetUsd === undefined) return [];
  const over = rounds.flatMap(({ command, spentUsd }, index) => {
    const wasRaised = rounds.slice(0, index + 1).some((round) => round.command.includes("--max-cost"));
    return wasRaised || spentUsd <= budgetUsd ? [] : [`${command}: ${spentUsd} USD of ${budgetUsd} were spent`];
  });
  const [known, begun] = [Math.round((rounds.at(-1)?.spentUsd ?? 0) / turnCostUsd), await job.turnsBegun()];
  return known <= begun ? over : [...over, `${known} turns are paid for, ${begun} were begun`];
}
