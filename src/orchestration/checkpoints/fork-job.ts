import type { Job } from "../../domain/model.ts";
import { jobFromRow } from "../../state/rows.ts";
import { jobBranch } from "../../workspace/index.ts";
import { checkPrices } from "../budget/caps.ts";
import { newJobId } from "../jobs/create-job.ts";
import { abandonBranch, startBranch } from "../integration/job-branch.ts";
import type { Services } from "../services.ts";
import type { JobCheckpoint } from "./find-checkpoint.ts";

export type ForkRequest = {
  /** Alias or full name: for the workers of everything that is still to be done. */
  readonly model: string;
  /** Default: the job's goal. */
  readonly name?: string;
};

/**
 * A new job that goes on from a checkpoint with another model, on a branch of its own. The job that the checkpoint is of doesn't
 * change. What stood in slots is not taken along: the other model begins its tasks itself.
 * @throws {TuttiError} `MODEL_UNPRICED`
 */
export async function forkJob(services: Services, checkpoint: JobCheckpoint, request: ForkRequest): Promise<Job> {
  const { state, repo, redact } = services;
  const versions = await state.checkpoints.stateAt(checkpoint);
  const then = versions.job === undefined ? await state.jobs.get(checkpoint.jobId) : jobFromRow(versions.job);
  const { escalate: _ladder, ...settings } = then.options;
  const options = { ...settings, models: { ...settings.models, worker: request.model } };
  checkPrices(services, options);
  const { tip } = checkpoint;
  const id = newJobId(redact(request.name ?? then.goal));
  await startBranch(repo, id, tip);
  const branch = jobBranch(id).replace(/^refs\/heads\//, "");
  try {
    await state.jobs.fork({ id, branch, options, checkpoint: checkpoint.id, from: checkpoint.jobId, tip, versions });
  } catch (error) {
    await abandonBranch(repo, id, tip);
    throw error;
  }
  return state.jobs.get(id);
}
