import { exitCodes } from "../../../domain/job-status.ts";
import type { Cli } from "../../cli.ts";
import { openSagasOf, tellOpenSagas } from "../../drive/tell-open-sagas.ts";
import { withProject } from "../../with-project.ts";

/** `tutti job pause`: agents are interrupted, what they did stays; `resume` goes on. */
export const jobPauseCommand = (cli: Cli, id: string | undefined): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const job = await application.job(id);
    await application.pauseJob(job);
    const { isJson, stdout } = cli.output;
    stdout(
      isJson
        ? `${JSON.stringify({ job: job.id, status: "paused" })}\n`
        : `Job ${job.id} is paused. Go on: tutti resume ${job.id}\n`,
    );
    return exitCodes.done;
  });

/** `tutti job cancel`: ends a job for good; what was merged stays on its branch. */
export const jobCancelCommand = (cli: Cli, id: string | undefined): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const job = await application.job(id);
    const tasks = await application.cancel(job.id);
    const openSagas = await openSagasOf(application, job);
    const { isJson, stdout } = cli.output;
    if (isJson) {
      stdout(`${JSON.stringify({ job: job.id, status: "cancelled", tasks, openSagas })}\n`);
      return exitCodes.done;
    }
    stdout(`Job ${job.id} is cancelled, with ${tasks.length} of its tasks. What was merged is on ${job.branch}.\n`);
    tellOpenSagas(cli, job, openSagas);
    return exitCodes.done;
  });
