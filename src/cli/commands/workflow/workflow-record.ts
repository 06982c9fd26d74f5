import { exitCodes } from "../../../domain/job-status.ts";
import type { Cli } from "../../cli.ts";
import { withProject } from "../../with-project.ts";

/** `tutti workflow record`: what was said to a job's workflow, as JSON. @throws {TuttiError} `JOB_UNKNOWN`, `INPUT_INVALID` */
export const workflowRecordCommand = (cli: Cli, id: string | undefined): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const recording = await application.workflows.record(await application.job(id));
    cli.output.stdout(`${JSON.stringify(recording, null, 2)}\n`);
    return exitCodes.done;
  });
