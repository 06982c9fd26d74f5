import type { Round } from "../drive-to-the-end.ts";
import type { ChaosJob } from "../world/chaos-job.ts";
import { branchProblems } from "./branch-problems.ts";
import { eventProblems } from "./event-problems.ts";
import { moneyProblems } from "./money-problems.ts";
import { repositoryProblems } from "./repository-problems.ts";
import { saidProblems } from "./said-problems.ts";
import { taskProblems } from "./task-problems.ts";

export type Judged = {
  /** Everything of the user's before the job: see `checkoutOf`. */
  readonly checkout: string;
  readonly rounds: readonly Round[];
};

/** Everything that must hold after any disturbance and does not, in words. */
export async function brokenInvariants(job: ChaosJob, judged: Judged): Promise<readonly string[]> {
  if (job.state.path === undefined) return ["there is no state"];
  const found = await Promise.all([
    moneyProblems(job, judged.rounds),
    branchProblems(job),
    repositoryProblems(job, judged.checkout),
  ]);
  return [...taskProblems(job), ...eventProblems(job.state), ...saidProblems(job, judged.rounds), ...found.flat()];
}
