import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { Cli } from "../../cli.ts";
import { findTask } from "../../find-task.ts";
import { withProject } from "../../with-project.ts";
import { retryCommand } from "../run.ts";

export type TaskRetryOptions = {
  readonly prompt?: string;
  readonly maxCostPerTask?: number;
  readonly cache?: boolean;
};

/** `tutti task retry`: as `tutti retry` for this one task, with another prompt if one is given. */
export async function taskRetryCommand(cli: Cli, wanted: string, options: TaskRetryOptions): Promise<number> {
  const { prompt, ...rest } = options;
  if (prompt?.trim() === "") throw new TuttiError("INPUT_INVALID", "The prompt is empty", { hint: "Write a text" });
  const { jobId, key } = await withProject(cli, ({ application }) => findTask(application, wanted));
  const prompts = new Map(prompt === undefined ? [] : [[key, prompt]]);
  return retryCommand(cli, jobId, { ...rest, keys: [key], prompts });
}

/** `tutti task cancel`: ends one task for good; what needs it is blocked. */
export const taskCancelCommand = (cli: Cli, wanted: string): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const { jobId, key, id } = await findTask(application, wanted);
    const cancelled = await application.cancel(jobId, [key]);
    if (cancelled.length === 0) {
      throw new TuttiError("INPUT_INVALID", `Task ${id} has come to an end meanwhile: it can't be cancelled any more`);
    }
    const { isJson, stdout } = cli.output;
    stdout(isJson ? `${JSON.stringify({ task: id, status: "cancelled" })}\n` : `Task ${id} is cancelled.\n`);
    return exitCodes.done;
  });
