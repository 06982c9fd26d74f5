import { jobSettings, openProject } from "../../../compose.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { LoadedWorkflow } from "../../../workflow/source.ts";
import { workflowInput } from "../../../workflow/workflow.ts";
import { checkAgent } from "../../drive/check-agent.ts";
import type { Cli } from "../../cli.ts";
import { agentsOnTheWay } from "./agents-on-the-way.ts";
import { dryRunWorkflow, mayStart, tellDryRun } from "./dry-run-workflow.ts";
import { driveJob } from "../../drive/drive-job.ts";
import { formFacts, formLine } from "../../render/form-table.ts";
import { waitFor } from "../job/job-wait.ts";
import { tellRestored } from "../../drive/tell-restored.ts";
import { readWorkflowInput, type InputOptions } from "./workflow-input.ts";
import { referenceFrom } from "./workflow-reference.ts";
import { warnAboutDirt } from "../../drive/warn-about-dirt.ts";

export type WorkflowRunOptions = InputOptions & {
  readonly key?: string;
  readonly maxCost?: number;
  readonly workers?: number;
  /** `false` with `--no-cache`. */
  readonly cache?: boolean;
  readonly resumeAtReset?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
};

/**
 * `tutti workflow run`: makes a job of a workflow and drives it. What it is given is checked before there is a job.
 * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`, `WORKFLOW_INPUT_INVALID`, `INPUT_INVALID`
 */
export async function workflowRunCommand(cli: Cli, written: string, options: WorkflowRunOptions): Promise<number> {
  const { cwd, env } = cli;
  const project = await openProject({ cwd, env, flags: flagsOf(options), onRestored: tellRestored(cli) });
  try {
    const { application, repo } = project;
    const ref = referenceFrom(cwd, repo.root, written);
    const loaded = await application.workflows.load(ref);
    const input = await readWorkflowInput(cwd, loaded.definition.inputSchema, options);
    checkInput(loaded, input, written);
    const settings = await jobSettings(project);
    const asked = { loaded, input, settings };
    const dryRun = await dryRunWorkflow(project, asked);
    await application.workflows.checkAgents(settings, agentsOnTheWay(dryRun, { loaded, root: repo.root }));
    if (options.dryRun === true) {
      tellDryRun(cli, dryRun);
      return exitCodes.done;
    }
    if (options.yes !== true && !(await mayStart(cli, project, dryRun))) return exitCodes.waitingForPerson;
    await checkAgent(cli, project);
    await warnAboutDirt(cli, project);
    const { key, resumeAtReset = false } = options;
    const request = { ref, input, settings, ...(key === undefined ? {} : { dispatchKey: key }) };
    const job = await application.createWorkflowJob(request);
    // The same key again is the same job: it may be over, or carried out elsewhere.
    if (key !== undefined) return await waitFor(cli, project, { job, resumesAtReset: resumeAtReset });
    return await driveJob(cli, project, { job, isApproved: true, liftsPause: false, resumesAtReset: resumeAtReset });
  } finally {
    await project.close();
  }
}

/** The error of a wrong input, with what would be right. */
function checkInput({ definition }: LoadedWorkflow, input: Parameters<typeof workflowInput>[2], written: string): void {
  const { name, inputSchema } = definition;
  try {
    workflowInput(name, inputSchema, input);
  } catch (thrown) {
    if (!TuttiError.is(thrown)) throw thrown;
    throw new TuttiError(thrown.code, thrown.message, {
      hint: `It takes ${formLine(formFacts(inputSchema, "input"))}; see: tutti workflow show ${written}`,
      context: thrown.context,
    });
  }
}

function flagsOf({ workers, maxCost, cache }: WorkflowRunOptions) {
  return {
    execution: { ...(workers === undefined ? {} : { workers }), ...(cache === false ? { cache } : {}) },
    ...(maxCost === undefined ? {} : { budget: { maxCostUsdPerJob: maxCost } }),
  };
}
