import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { jobSettings, openProject } from "../../../compose.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { Job } from "../../../domain/model.ts";
import type { JobSettings } from "../../../domain/settings.ts";
import { planFromTaskMaster, readTag } from "../../../interop/task-master/index.ts";
import type { Application } from "../../../orchestration/application.ts";
import type { Cli } from "../../cli.ts";
import type { Output } from "../../output.ts";
import { oneLine } from "../../render/terminal-text.ts";
import { tasksFileOf } from "../task-master.ts";

export type JobImportOptions = { readonly tag?: string; readonly goal?: string };

/** `tutti job import`: the file is read first, so that a mistake in it leaves nothing behind. */
export async function jobImportCommand(cli: Cli, path: string | undefined, options: JobImportOptions): Promise<number> {
  const { importJobFile, readJobFile } = await import("./job-file.ts");
  const exported = path === undefined ? undefined : await readJobFile(cli, path);
  if (exported === undefined || path === undefined) {
    if (path !== undefined) refuseAbsent(resolve(cli.cwd, path));
    return importTasksFile(cli, path, options);
  }
  const { goal, tag } = options;
  if (tag !== undefined) {
    throw new TuttiError("INPUT_INVALID", `${path} is an exported job: it has no tags`, { hint: "Leave --tag out" });
  }
  const name = path === "-" ? "stdin" : path;
  return importJobFile(cli, { value: exported, name, ...(goal === undefined ? {} : { goal }) });
}

function refuseAbsent(file: string): void {
  if (existsSync(file)) return;
  throw new TuttiError("INPUT_INVALID", `There is no file ${file}`, {
    hint: "Name one that tutti job export has written, or Task Master's tasks.json",
    context: { file },
  });
}

async function importTasksFile(cli: Cli, path: string | undefined, options: JobImportOptions): Promise<number> {
  const file = tasksFileOf(cli, path);
  const tag = readTag({ file, ...(options.tag === undefined ? {} : { tag: options.tag }) });
  const imported = planFromTaskMaster(tag.tasks, { file, tag: tag.name });
  const project = await openProject({ cwd: cli.cwd, env: cli.env, isLogged: false });
  try {
    return await jobImport({
      ...imported,
      application: project.application,
      output: cli.output,
      settings: await jobSettings(project),
      goal: options.goal ?? `Task Master: ${tag.name}`,
      source: { file, tag: tag.name },
    });
  } finally {
    await project.close();
  }
}

export type JobImportRequest = ReturnType<typeof planFromTaskMaster> & {
  readonly application: Pick<Application, "createJob">;
  readonly output: Output;
  readonly settings: JobSettings;
  readonly goal: string;
  readonly source: { readonly file: string; readonly tag: string };
};

/**
 * Makes a job of an imported plan, without starting it.
 * @throws {TuttiError} `GOAL_EMPTY`
 */
async function jobImport(request: JobImportRequest): Promise<number> {
  const { application, output, settings, goal, plan } = request;
  const job = await application.createJob({ goal, settings, plan });
  if (output.isJson) output.stdout(`${JSON.stringify(jsonOf(job, request))}\n`);
  else showImport(job, request);
  return exitCodes.done;
}

const jsonOf = (job: Job, { source, plan, notes }: JobImportRequest) => ({
  jobId: job.id,
  goal: job.goal,
  branch: job.branch,
  ...source,
  tasks: plan.tasks.map(({ key, title, dependsOn, priority }) => ({ key, title, dependsOn, priority })),
  notes,
});

function showImport({ id }: Job, { output, plan, notes }: JobImportRequest): void {
  for (const note of notes) output.stderr(`note: ${oneLine(note)}\n`);
  output.stdout(`Job ${id}: ${plan.tasks.length} ${plan.tasks.length === 1 ? "task" : "tasks"}, not started.\n`);
  output.stdout(`Look at its plan and start it: tutti resume ${id}\n`);
  output.stdout(`Afterwards: tutti job export ${id} --task-master\n`);
}
