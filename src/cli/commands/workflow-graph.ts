import { setTimeout as delay } from "node:timers/promises";

import type { Project } from "../../compose.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes, isJobOver } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import type { WorkflowGraph } from "../../domain/workflow/graph.ts";
import { graphOfTrace } from "../../domain/workflow/trace.ts";
import type { Cli } from "../cli.ts";
import { workflowMermaid } from "../render/workflow-mermaid.ts";
import { workflowTree } from "../render/workflow-tree.ts";
import { withProject } from "../with-project.ts";

export type GraphFormat = "tree" | "mermaid" | "json";

export type WorkflowGraphOptions = { readonly format?: GraphFormat; readonly watch?: boolean };

/**
 * `tutti workflow graph`: what a job's workflow has called so far, and what became of it.
 * @throws {TuttiError} `JOB_UNKNOWN`, `INPUT_INVALID` for a job without a workflow
 */
export const workflowGraphCommand = (
  cli: Cli,
  id: string | undefined,
  { format, watch = false }: WorkflowGraphOptions,
): Promise<number> =>
  withProject(cli, async (project) => {
    const job = await project.application.job(id);
    await project.application.workflows.run(job);
    const wanted = format ?? (cli.output.isJson ? "json" : "tree");
    if (watch) await watchGraph(cli, project, job);
    else cli.output.stdout(await graphText(cli, project, { job, format: wanted }));
    return exitCodes.done;
  });

type Drawing = { readonly job: Job; readonly format: GraphFormat; readonly now?: number };

async function graphText({ output }: Cli, project: Project, { job, format, now }: Drawing): Promise<string> {
  const graph = await graphOf(project, job);
  if (format === "mermaid") return workflowMermaid(graph);
  if (format === "json") return `${JSON.stringify({ job: job.id, ...graph })}\n`;
  const titles = new Map((await project.application.tasks(job.id)).map((task) => [String(task.id), task.spec.title]));
  const { columns, style } = output;
  const taskText = (taskId: string): string | undefined => titles.get(taskId);
  const lines = workflowTree(graph, { columns, style, taskText, ...(now === undefined ? {} : { now }) });
  return `${lines.length === 0 ? "It has called nothing yet." : lines.join("\n")}\n`;
}

async function graphOf({ application }: Project, job: Job): Promise<WorkflowGraph> {
  const trace = await application.workflows.trace(job.id);
  return trace === undefined ? { status: "waiting", nodes: [] } : graphOfTrace(trace);
}

const frameMs = 200;

/** Draws again and again until the job is over. */
async function watchGraph(cli: Cli, project: Project, job: Job): Promise<void> {
  if (!cli.output.isTty || cli.output.isJson) {
    throw new TuttiError("INPUT_INVALID", "--watch draws on a terminal, and there is none", {
      hint: `Follow the events instead: tutti job wait ${job.id} --json`,
    });
  }
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(process.stdout);
  for (;;) {
    const { status } = await project.application.job(job.id);
    draw(await graphText(cli, project, { job, format: "tree", now: Date.now() }));
    if (isJobOver(status) || cli.output.readerGone.aborted) break;
    await delay(frameMs);
  }
  draw.done();
}
