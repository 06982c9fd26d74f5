import type { Stars } from "../../domain/feedback/rating.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Application } from "../../orchestration/application.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import type { Output } from "../output.ts";
import { withProject } from "../with-project.ts";

export type RateOptions = { readonly note?: string };
export type RatedTask = { readonly task: string; readonly stars: Stars };

/** `tutti rate`: what a person thinks of a task's work. */
export const rateCommand = (cli: Cli, rated: RatedTask, options: RateOptions): Promise<number> =>
  withProject(cli, ({ application }) => rate({ application, output: cli.output, ...rated, ...options }));

export type RateRequest = RateOptions &
  RatedTask & {
    readonly application: Pick<Application, "job" | "tasks" | "insight">;
    readonly output: Output;
  };

/** @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`, `INPUT_INVALID` for a task without accepted work */
export async function rate({ application, output, task: wanted, stars, note }: RateRequest): Promise<number> {
  const task = await findTask(application, wanted);
  const rating = await application.insight.rate(task, { stars, ...(note === undefined ? {} : { note }) });
  const said = `Rated ${task.id} with ${rating.stars} of 5.`;
  output.stdout(output.isJson ? `${JSON.stringify({ task: task.id, ...rating })}\n` : `${said}\n`);
  return exitCodes.done;
}
