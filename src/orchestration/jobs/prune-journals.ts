import type { PrunedRuns } from "../../engine/port.ts";
import type { Services } from "../services.ts";

export type JournalsRequest = {
  /** In milliseconds since the Unix epoch: of jobs that had ended by then. */
  readonly endedBy: number;
  /** Only say what would go. */
  readonly isDryRun: boolean;
};

export type PrunedJournals = PrunedRuns & {
  readonly jobs: number;
  /** Jobs that had ended by then and keep theirs, because a resume would go on from them. */
  readonly keptJobs: number;
};

/**
 * Removes what the runs of jobs that are over have recorded. What they came to is in the state and stays; only going through such a
 * run again is not possible any more.
 */
export async function pruneJournals(
  { state, engine }: Pick<Services, "state" | "engine">,
  { endedBy, isDryRun }: JournalsRequest,
): Promise<PrunedJournals> {
  const { spent, needed } = await state.history.endedJobs(endedBy);
  let sum: PrunedJournals = { jobs: 0, keptJobs: needed, runs: 0, records: 0, bytes: 0 };
  for (const jobId of spent) {
    const found = await engine.prune({ of: jobId, isDryRun: true });
    if (found.runs === 0) continue;
    const { runs, records } = found;
    if (!isDryRun && !(await state.history.noteJournalsPruned({ jobId, endedBy, runs, records }))) {
      sum = { ...sum, keptJobs: sum.keptJobs + 1 };
      continue;
    }
    const pruned = isDryRun ? found : await engine.prune({ of: jobId, isDryRun });
    sum = {
      ...sum,
      jobs: sum.jobs + 1,
      runs: sum.runs + pruned.runs,
      records: sum.records + pruned.records,
      bytes: sum.bytes + pruned.bytes,
    };
  }
  return sum;
}
