import { exitCodes } from "../../domain/job-status.ts";
import { ofJob } from "../../orchestration/checkpoints/find-checkpoint.ts";
import type { Cli } from "../cli.ts";
import { withProject } from "../with-project.ts";

export type CheckpointForkOptions = { readonly model: string; readonly name?: string };

/** `tutti checkpoint fork`: a new job from a checkpoint; the old one stays as it is. */
export const checkpointForkCommand = (cli: Cli, id: string, { model, name }: CheckpointForkOptions): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const checkpoint = ofJob(await application.checkpoints.find(id));
    const job = await application.checkpoints.fork(checkpoint, { model, ...(name === undefined ? {} : { name }) });
    const { isJson, stdout } = cli.output;
    stdout(
      isJson
        ? `${JSON.stringify({ job: job.id, from: checkpoint.jobId, checkpoint: checkpoint.id, branch: job.branch })}\n`
        : `Job ${job.id} goes on from checkpoint ${checkpoint.id} with ${model}.\n` +
            `  carry it out  tutti resume ${job.id}\n` +
            `  compare       tutti job compare ${checkpoint.jobId} ${job.id}\n`,
    );
    return exitCodes.done;
  });
