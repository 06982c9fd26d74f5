import type { KeptFiles } from "../../domain/checkpoint/checkpoint.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Attempt } from "../../domain/model.ts";
import { slotFiles } from "../../workspace/index.ts";
import type { Services } from "../services.ts";

type Looking = Pick<Services, "state" | "repo">;

/** What stands in the slots of a job's unfinished attempts now. Those that stand on their base have nothing to keep. */
export async function unfinishedFiles(services: Looking, jobId: JobId): Promise<readonly KeptFiles[]> {
  const attempts = await services.state.attempts.unfinished(jobId);
  const kept = await Promise.all(attempts.map((attempt) => filesOfAttempt(services, attempt)));
  return kept.flatMap((files) => files ?? []);
}

/** What stands in the slot of one attempt; `undefined` where that is its base. */
export async function filesOfAttempt({ state, repo }: Looking, attempt: Attempt): Promise<KeptFiles | undefined> {
  const { id, jobId, taskId, slotId, baseCommit: base, filesCommit } = attempt;
  const slot = (await state.fleet.slots(jobId)).find((known) => known.id === slotId);
  if (slot === undefined) return filesCommit && { attempt: id, base, commit: filesCommit };
  const { spec } = await state.tasks.get(taskId);
  const commit = await slotFiles(repo, {
    path: slot.path,
    slotId: slot.id,
    base,
    includeIgnored: spec.expectedOutputs,
    message: `Files of ${id} at a checkpoint`,
  });
  return commit && { attempt: id, base, commit };
}
