import { TuttiError } from "../../domain/errors.ts";
import { isJobOver } from "../../domain/job-status.ts";
import type { Job, Task } from "../../domain/model.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { LoadedWorkflow } from "../../workflow/source.ts";
import { workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";
import { cancelTasks } from "../jobs/stop-job.ts";

export type TakeUp = {
  /** A person wants the code as it is now, whatever it was when the body began. */
  readonly beginsAnew: boolean;
};

/**
 * What a drive of a workflow's job does first: sees that the code is what it was, and begins the body anew where the last one failed, was
 * rolled back, or a person wants it. Agents that finished the same request before are not asked again, those that run go on, and what
 * has not begun does so when the body asks for it again.
 * @throws {TuttiError} `WORKFLOW_CHANGED`, `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`
 */
export async function takeUpWorkflow(services: Services, job: Job, { beginsAnew }: TakeUp): Promise<void> {
  if (job.strategy !== "workflow") return;
  const { state } = services;
  const run = await state.workflowRuns.current(job.id);
  if (run === undefined || run.status === "completed" || run.status === "cancelled") return;
  const { version } = await loadWorkflow(services, run.ref);
  const isUnchanged = version === run.version;
  if (run.status === "running" && isUnchanged && (!beginsAnew || !(await hasBegun(services, run)))) return;
  if (run.status === "running" && !beginsAnew) throw changed(job, run.name, run.ref);
  const unbegun = (await state.tasks.list(job.id)).filter(isAskedAndUnbegun);
  await cancelTasks(services, unbegun, "the workflow is begun anew");
  await state.workflowRuns.beginAnew(job.id, run.number, version);
  if (isJobOver(job.status)) await state.jobs.reopen(job.id, "the workflow is begun anew");
}

const hasBegun = async ({ engine }: Services, { jobId, number }: WorkflowRun): Promise<boolean> =>
  (await engine.find(workflowRunId(jobId, number))) !== undefined;

/** What a person has added is the person's. */
const isAskedAndUnbegun = ({ startedAt, spec }: Task): boolean =>
  startedAt === undefined && spec.metadata?.["path"] !== undefined;

/** @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID` */
export async function loadWorkflow({ workflows }: Pick<Services, "workflows">, ref: string): Promise<LoadedWorkflow> {
  if (workflows !== undefined) return workflows.load(ref);
  throw new TuttiError("WORKFLOW_UNKNOWN", `This process knows no workflows, and ${ref} is one`, {
    hint: "Go on with it where it was started, or by: tutti resume",
  });
}

const changed = ({ id }: Job, name: string, ref: string): TuttiError =>
  new TuttiError("WORKFLOW_CHANGED", `The code of workflow ${name} has changed since job ${id} began`, {
    hint: `Put it back, or take the changed code: tutti resume ${id} --begin-anew (agents that finished the same request are not asked again)`,
    context: { job: id, workflow: name, ref },
  });
