import { setTimeout as delay } from "node:timers/promises";

import type { Project } from "../../../compose.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes, isJobOver } from "../../../domain/job-status.ts";
import type { Job } from "../../../domain/model.ts";
import { workflowGraph, type WorkflowGraph } from "../../../domain/workflow/graph.ts";
import { graphOfTrace } from "../../../domain/workflow/trace.ts";
import type { LoadedWorkflow } from "../../../workflow/source.ts";
import { workflowInput } from "../../../workflow/workflow.ts";
import type { Cli } from "../../cli.ts";
import { workflowMermaid } from "../../render/workflow-mermaid.ts";
import { workflowTree } from "../../render/workflow-tree.ts";
import { withProject } from "../../with-project.ts";
import { readWorkflowInput, type InputOptions } from "./workflow-input.ts";
import { referenceFrom } from "./workflow-reference.ts";

export type GraphFormat = "tree" | "mermaid" | "json";

export type WorkflowGraphOptions = InputOptions & { readonly format?: GraphFormat; readonly watch?: boolean };

/**
 * `tutti workflow graph`: what a job's workflow has called so far, and what became of it; of a workflow, what its dry run calls.
 * @param wanted - a workflow, or a job's id or the beginning of one; default: the newest job
 * @throws {TuttiError} `JOB_UNKNOWN`, `INPUT_INVALID` for a job without a workflow
 */
export const workflowGraphCommand = (
  cli: Cli,
  wanted: string | undefined,
  options: WorkflowGraphOptions,
): Promise<number> =>
  withProject(cli, async (project) => {
    const format = options.format ?? (cli.output.isJson ? "json" : "tree");
    const loaded = wanted === undefined ? undefined : await findWorkflow(cli, project, wanted);
    if (loaded === undefined) await jobGraph(cli, project, { id: wanted, format, isWatched: options.watch === true });
    else await walkedGraph(cli, loaded, { format, options });
    return exitCodes.done;
  });

/** `undefined` where it can only be a job. */
async function findWorkflow(cli: Cli, project: Project, wanted: string): Promise<LoadedWorkflow | undefined> {
  try {
    return await project.application.workflows.load(referenceFrom(cli.cwd, project.repo.root, wanted));
  } catch (thrown) {
    if (!TuttiError.is(thrown) || thrown.code !== "WORKFLOW_UNKNOWN") throw thrown;
    return undefined;
  }
}

type Walking = { readonly format: GraphFormat; readonly options: InputOptions };

async function walkedGraph(cli: Cli, { definition }: LoadedWorkflow, { format, options }: Walking): Promise<void> {
  const { walkWorkflow } = await import("../../../compose/workflows/walk-workflow.ts");
  const input = await readWorkflowInput(cli.cwd, definition.inputSchema, options);
  workflowInput(definition.name, definition.inputSchema, input);
  const { notes, stoppedBy } = await walkWorkflow(definition, input);
  const graph = workflowGraph(notes, stoppedBy === undefined ? "completed" : "failed");
  const { columns, style, stdout, stderr } = cli.output;
  const drawn: Readonly<Record<GraphFormat, () => string>> = {
    mermaid: () => workflowMermaid(graph),
    json: () => `${JSON.stringify({ workflow: definition.name, ...graph })}\n`,
    tree: () => `${workflowTree(graph, { columns, style }).join("\n")}\n`,
  };
  stdout(drawn[format]());
  if (stoppedBy !== undefined) stderr(`warning: the dry run ends early: ${stoppedBy}\n`);
}

type Asked = { readonly id: string | undefined; readonly format: GraphFormat; readonly isWatched: boolean };

async function jobGraph(cli: Cli, project: Project, { id, format, isWatched }: Asked): Promise<void> {
  const job = await project.application.job(id);
  await project.application.workflows.run(job);
  if (isWatched) await watchGraph(cli, project, job);
  else cli.output.stdout(await graphText(cli, project, { job, format }));
}

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
