import { jobSettings, openProject, type Project } from "../../../compose.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodeOf, isJobOver } from "../../../domain/job-status.ts";
import type { Job } from "../../../domain/model.ts";
import type { RawTaskRequest } from "../../../domain/plan/task-spec.ts";
import { checkAgent } from "../../drive/check-agent.ts";
import type { Cli } from "../../cli.ts";
import { driveJob } from "../../drive/drive-job.ts";
import type { DriveRequest } from "../../drive/drive-shown-job.ts";
import { showJob } from "../../drive/show-job.ts";
import { tellWorkflow } from "../../drive/tell-workflow.ts";
import { watchElsewhere } from "../../drive/watch-elsewhere.ts";
import { readTasks } from "./job-add.ts";

/** `tutti job wait`: carries the job out, or watches whoever does, until nothing of it goes on by itself. */
export async function jobWaitCommand(cli: Cli, id: string | undefined): Promise<number> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env });
  try {
    return await waitFor(cli, project, { job: await project.application.job(id) });
  } finally {
    await project.close();
  }
}

export type DelegateOptions = { readonly goal?: string; readonly workers?: number };

/** `tutti delegate`: a job of these tasks, carried out at once. */
export async function delegateCommand(cli: Cli, prompts: readonly string[], options: DelegateOptions): Promise<number> {
  const tasks: readonly RawTaskRequest[] =
    prompts.length === 1 && prompts[0] === "-" ? await readTasks() : prompts.map((prompt) => ({ prompt }));
  const { goal, workers } = options;
  const flags = workers === undefined ? {} : { execution: { workers } };
  const project = await openProject({ cwd: cli.cwd, env: cli.env, flags });
  try {
    await checkAgent(cli, project);
    const job = await project.application.createManualJob({
      goal: goal ?? goalOf(tasks),
      settings: await jobSettings(project),
      orchestratorId: "command-line",
      tasks,
    });
    return await waitFor(cli, project, { job });
  } finally {
    await project.close();
  }
}

function goalOf(tasks: readonly RawTaskRequest[]): string {
  const words = tasks.map(({ title, prompt }) => title ?? prompt).filter((text) => typeof text === "string");
  return words.join("; ") || `${tasks.length} tasks`;
}

/** Carries a job out, watches whoever does, or shows how it ended. */
export async function waitFor(
  cli: Cli,
  project: Project,
  request: Pick<DriveRequest, "job" | "resumesAtReset">,
): Promise<number> {
  const { job } = request;
  if (isJobOver(job.status)) return showEnded(cli, project, job);
  try {
    // A plan that waits for a person goes on waiting.
    return await driveJob(cli, project, { ...request, isApproved: job.strategy === "manual", liftsPause: true });
  } catch (error) {
    if (!TuttiError.is(error) || error.code !== "JOB_BUSY") throw error;
  }
  const exitCode = await watchElsewhere(cli, project, job);
  await tellWorkflow(cli, project, job);
  return exitCode ?? waitFor(cli, project, { ...request, job: await project.application.job(job.id) });
}

async function showEnded(cli: Cli, project: Project, job: Job): Promise<number> {
  const shown = await showJob(cli, project, { job });
  await shown.finish(job.status);
  await shown.close();
  await tellWorkflow(cli, project, job);
  return exitCodeOf(job.status);
}
