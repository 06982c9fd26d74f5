import { exitCodes } from "../../domain/job-status.ts";
import type { Cli } from "../cli.ts";
import { replayText } from "../render/replay-text.ts";
import { withProject } from "../with-project.ts";
import { referenceFrom } from "./workflow/workflow-reference.ts";

export type ReplayOptions = { readonly workflow?: string; readonly number?: number };

/** `tutti replay`. @throws {TuttiError} `JOB_UNKNOWN`, `INPUT_INVALID`, `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID` */
export const replayCommand = (cli: Cli, id: string, { workflow, number }: ReplayOptions): Promise<number> =>
  withProject(cli, async ({ application, repo }) => {
    const job = await application.job(id);
    const ref = workflow === undefined ? undefined : referenceFrom(cli.cwd, repo.root, workflow);
    const replayed = await application.workflows.replay(job, { ref, number });
    const { isJson, stdout } = cli.output;
    const { run, isSame, isSameCode, report } = replayed;
    const facts = { job: job.id, number: run.number, workflow: run.name, isSame, isSameCode, ...report };
    stdout(isJson ? `${JSON.stringify(facts)}\n` : replayText(replayed, cli.output));
    return isSame ? exitCodes.done : exitCodes.failed;
  });
