import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";

import { jobSettings, type Project } from "../../../compose.ts";
import { isOfProgram } from "../../../compose/workflows/program-reference.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import { isJobFile, jobFileOf, parseJobFile, type JobFileWorkflow } from "../../../domain/plan/job-file.ts";
import type { WorkflowJobRequest } from "../../../orchestration/workflows/create-workflow-job.ts";
import type { Cli } from "../../cli.ts";
import { withProject } from "../../with-project.ts";
import { exportedTasks } from "./job-export.ts";

/** `tutti job export`: the whole job, so that `tutti job import` can make it again. */
export const exportJobFile = (cli: Cli, id: string, path: string | undefined): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const { isJson, stdout } = cli.output;
    const job = await application.job(id);
    const run = await application.workflows.find(job.id);
    // What a workflow has not asked for yet is no task.
    const tasks = run === undefined ? await exportedTasks(application, job) : await application.tasks(job.id);
    const content = jobFileOf(job, tasks, run);
    const shown = `${JSON.stringify(content, undefined, isJson && path === undefined ? 0 : 2)}\n`;
    if (path === undefined) {
      stdout(shown);
      return exitCodes.done;
    }
    const file = resolve(cli.cwd, path);
    await writeTo(file, shown);
    const facts = { jobId: job.id, file, tasks: content.tasks.length };
    const what = run === undefined ? `${facts.tasks} tasks` : `the workflow ${run.name} and its input`;
    stdout(isJson ? `${JSON.stringify(facts)}\n` : `${file}: ${what} of job ${job.id}\n`);
    return exitCodes.done;
  });

async function writeTo(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (cause) {
    throw new TuttiError("INPUT_INVALID", `The file ${file} can't be written`, {
      hint: "Name a file in a folder that exists after --output",
      context: { file },
      cause,
    });
  }
}

/**
 * What a path, or stdin with `-`, holds; `undefined` where there is nothing that could be a job of ours, also because it can't
 * be read: whoever reads it as something else says so.
 */
export async function readJobFile(cli: Cli, path: string): Promise<unknown> {
  const content =
    path === "-" ? await text(process.stdin) : await readFile(resolve(cli.cwd, path), "utf8").catch(() => "");
  const parsed = parseJson(content);
  if (isJobFile(parsed)) return parsed;
  if (path !== "-") return undefined;
  throw new TuttiError("INPUT_INVALID", "stdin holds no exported job", {
    hint: "Write there what tutti job export prints",
  });
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    // Not ours, then.
    return undefined;
  }
}

export type ImportedFile = { readonly value: unknown; readonly name: string; readonly goal?: string };

/** `tutti job import` of a job that was exported: a new job with the same tasks, or the same workflow, none of it begun. */
export async function importJobFile(cli: Cli, { value, name, goal }: ImportedFile): Promise<number> {
  const imported = parseJobFile(value, name);
  return withProject(cli, async (project) => {
    const { application } = project;
    const { workflow } = imported;
    const asked = {
      goal: goal ?? imported.goal,
      settings: await jobSettings(project),
      orchestratorId: "command-line",
    };
    if (workflow !== undefined) return importWorkflow(cli, project, { asked, workflow, file: name });
    const job = await application.createManualJob({ ...asked, tasks: imported.tasks });
    const tasks = (await application.tasks(job.id)).map(({ key, spec }) => ({
      key,
      title: spec.title,
      dependsOn: spec.dependsOn,
      priority: spec.priority,
    }));
    const { isJson, stdout } = cli.output;
    if (isJson) stdout(`${JSON.stringify({ jobId: job.id, goal: job.goal, branch: job.branch, file: name, tasks })}\n`);
    else stdout(`Job ${job.id}: ${tasks.length} tasks, not started.\nCarry them out: tutti job wait ${job.id}\n`);
    return exitCodes.done;
  });
}

type WorkflowImport = {
  readonly asked: Pick<WorkflowJobRequest, "goal" | "settings" | "orchestratorId">;
  readonly workflow: JobFileWorkflow;
  readonly file: string;
};

/** Its code is this project's. */
async function importWorkflow(cli: Cli, { application }: Project, request: WorkflowImport): Promise<number> {
  const { asked, file } = request;
  const { ref, name, version, input } = request.workflow;
  const { version: present } = await application.workflows
    .load(ref)
    .catch((thrown: unknown) => Promise.reject(asImported(thrown, request)));
  const job = await application.createWorkflowJob({ ...asked, ref, input });
  const isSameCode = present === version;
  const { isJson, stdout, stderr } = cli.output;
  if (isJson) {
    const { id: jobId, goal, branch } = job;
    stdout(`${JSON.stringify({ jobId, goal, branch, file, workflow: name, isSameCode })}\n`);
  } else {
    if (!isSameCode) stderr(`note: the code of workflow ${name} is not what the exported job ran with\n`);
    stdout(`Job ${job.id}: workflow ${name}, not started.\nCarry it out: tutti job wait ${job.id}\n`);
  }
  return exitCodes.done;
}

/** The file names a workflow and does not hold its code. */
function asImported(thrown: unknown, { file, workflow }: WorkflowImport): unknown {
  if (!TuttiError.is(thrown) || thrown.code !== "WORKFLOW_UNKNOWN") return thrown;
  const { message, context } = thrown;
  const hint = isOfProgram(workflow.ref)
    ? "Only that program can begin it: have it call runWorkflow with the input of the file"
    : "The file holds no code: copy that of the exported job's project here, then import again";
  return new TuttiError("WORKFLOW_UNKNOWN", `${file}: ${message}`, { hint, context, cause: thrown });
}
