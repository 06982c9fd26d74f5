import { exitCodes } from "../../../domain/job-status.ts";
import type { Application } from "../../../orchestration/application.ts";
import type { Cli } from "../../cli.ts";
import { findTask } from "../../find-task.ts";
import type { Output } from "../../output.ts";
import { patchLines } from "../../render/patch-text.ts";
import type { Style } from "../../render/style.ts";
import { withProject } from "../../with-project.ts";

export type TaskDiffOptions = { readonly attempt?: number; readonly stat?: boolean };

/** `tutti task diff` */
export const taskDiffCommand = (cli: Cli, task: string, options: TaskDiffOptions): Promise<number> =>
  withProject(cli, ({ application }) => taskDiff({ application, output: cli.output, task, ...options }));

export type TaskDiffRequest = TaskDiffOptions & {
  readonly application: Pick<Application, "job" | "tasks" | "patch">;
  readonly output: Output;
  /** `<job>/<key>`, or the key of a task of the newest job. */
  readonly task: string;
};

/**
 * The change that a task has made: of the accepted attempt, else of the last one that was looked at.
 * @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`; `INPUT_INVALID` when there is nothing to show yet
 */
async function taskDiff({ application, output, ...request }: TaskDiffRequest): Promise<number> {
  const { attempt, stat: isStat = false } = request;
  const task = await findTask(application, request.task);
  const patch = await application.patch(task, { isStat, ...(attempt === undefined ? {} : { attempt }) });
  const { text, ...facts } = patch;
  if (output.isJson) output.stdout(`${JSON.stringify({ task: task.id, ...facts, patch: isStat ? null : text })}\n`);
  else output.stdout(output.isTty ? shown(text, output.style) : text);
  return exitCodes.done;
}

/** A pipe gets the patch as it is. */
const shown = (patch: string, style: Style): string =>
  patchLines(patch, style)
    .map((line) => `${line}\n`)
    .join("");
