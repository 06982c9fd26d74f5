import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { Job } from "../../../domain/model.ts";
import { exportJob, tagOfPlan, type ExportResult } from "../../../interop/task-master/index.ts";
import type { Application } from "../../../orchestration/application.ts";
import type { Cli } from "../../cli.ts";
import type { Output } from "../../output.ts";
import { oneLine } from "../../render/terminal-text.ts";
import { tasksFileOf } from "../task-master.ts";
import { withProject } from "../../with-project.ts";

export type JobExportOptions = {
  /** `true`: the nearest file. */
  readonly taskMaster?: string | true;
  readonly tag?: string;
  readonly output?: string;
};

/** `tutti job export`: as a file of ours, or into Task Master's. */
export async function jobExportCommand(cli: Cli, id: string, options: JobExportOptions): Promise<number> {
  const { taskMaster, tag, output: path } = options;
  if (taskMaster === undefined && tag !== undefined) throw needsTaskMaster("--tag");
  if (taskMaster === undefined) return (await import("./job-file.ts")).exportJobFile(cli, id, path);
  if (path !== undefined) {
    throw new TuttiError("INPUT_INVALID", "--output and --task-master name two places", { hint: "Give one of them" });
  }
  const file = tasksFileOf(cli, taskMaster === true ? undefined : taskMaster);
  const request = { output: cli.output, id, file, ...(tag === undefined ? {} : { tag }) };
  return withProject(cli, ({ application }) => jobExport({ application, ...request }));
}

const needsTaskMaster = (flag: string): TuttiError =>
  new TuttiError("INPUT_INVALID", `${flag} is for Task Master's file`, { hint: "Give --task-master too" });

export type JobExportRequest = {
  readonly application: Pick<Application, "job" | "tasks">;
  readonly output: Output;
  readonly id: string;
  readonly file: string;
  /** Default: the one that the job came from, else the job's id. */
  readonly tag?: string;
};

/**
 * Writes a job's statuses into Task Master's file.
 * @throws {TuttiError} `JOB_UNKNOWN`; `INPUT_INVALID` when it has no tasks yet or the file makes no sense; `STATE_BUSY`
 */
async function jobExport(request: JobExportRequest): Promise<number> {
  const { application, output, file } = request;
  const job = await application.job(request.id);
  const tasks = await exportedTasks(application, job);
  const origin = job.plan === undefined ? undefined : tagOfPlan(job.plan);
  const tag = request.tag ?? origin ?? job.id;
  const result = await exportJob({ file, tag }, { jobId: job.id, tasks, isFromTag: tag === origin });
  if (output.isJson) output.stdout(`${JSON.stringify({ jobId: job.id, file, tag, ...result })}\n`);
  else showExport(output, { file, tag, result });
  return exitCodes.done;
}

/** A plan that nobody has agreed to yet has no tasks in the state: they are pending. */
export async function exportedTasks(application: Pick<Application, "tasks">, job: Job) {
  const tasks = await application.tasks(job.id);
  if (tasks.length > 0) return tasks;
  if (job.plan === undefined) {
    throw new TuttiError("INPUT_INVALID", `Job ${job.id} has no tasks yet`, {
      hint: `Go on with it first: tutti resume ${job.id}`,
    });
  }
  return job.plan.tasks.map((spec) => ({ key: spec.key, spec, status: "pending" as const, waitsFor: undefined }));
}

type Shown = { readonly file: string; readonly tag: string; readonly result: ExportResult };

function showExport(output: Output, { file, tag, result }: Shown): void {
  const { changed, added, kept } = result;
  for (const { id, from, to } of changed) output.stdout(`${id}: ${from ?? "unknown"} → ${to}\n`);
  for (const { id, key } of added) output.stdout(`${id}: added for ${key}\n`);
  for (const { key, reason } of kept) output.stderr(`note: ${key} was left as it is: ${oneLine(reason)}\n`);
  const counts = `${changed.length} changed, ${added.length} added, ${kept.length} left as they are`;
  output.stdout(`${file}, tag ${tag}: ${counts}.\n`);
}
