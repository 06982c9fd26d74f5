import { randomBytes } from "node:crypto";

import { TuttiError } from "../../domain/errors.ts";
import { asJobId, type JobId } from "../../domain/ids.ts";
import type { Job, JobStrategy } from "../../domain/model.ts";
import { addTasks } from "../../domain/plan/add-tasks.ts";
import type { Plan } from "../../domain/plan/plan-schema.ts";
import type { RawTaskRequest } from "../../domain/plan/task-spec.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { NewWorkflowRun } from "../../state/workflows/workflow-runs.ts";
import { jobBranch } from "../../workspace/index.ts";
import { checkPrices } from "../budget/caps.ts";
import { abandonBranch, startBranch } from "../integration/job-branch.ts";
import { addTasksTo, checkContextFiles, checkGates } from "./manual-jobs.ts";
import { checkTemplates } from "../prompts/check-templates.ts";
import { checkAgents } from "../profiles/check-agents.ts";
import type { Services } from "../services.ts";

export type JobRequest = {
  readonly goal: string;
  /** Skips the manager. */
  readonly plan?: Plan;
  readonly settings: JobSettings;
};

export type ManualJobRequest = {
  readonly goal: string;
  readonly settings: JobSettings;
  /** Who makes it; several orchestrators may share a project. */
  readonly orchestratorId?: string;
  /** The caller's own name for it, unique in the project. */
  readonly dispatchKey?: string;
  /** Its first tasks: when one of them is wrong, there is no job. */
  readonly tasks?: readonly RawTaskRequest[];
};

/** A job with a plan: its own, or one that the manager will make. @throws {TuttiError} `GOAL_EMPTY`, `PLAN_INVALID` */
export async function createJob(services: Services, request: JobRequest): Promise<Job> {
  const { plan, settings } = request;
  if (plan !== undefined) {
    checkGates(settings, plan.tasks);
    checkPrices(services, settings, plan.tasks);
    await checkTemplates(services, services.repo.head, plan.tasks);
    await checkAgents(services, { commit: services.repo.head, settings }, plan.tasks);
  }
  const id = await create(services, { ...request, strategy: "manager" });
  if (plan !== undefined) await services.state.jobs.proposePlan(id, plan);
  return services.state.jobs.get(id);
}

/** A job whose tasks a workflow adds; with a `dispatchKey` that the project knows it is that job. Its input is checked already. */
export function createWorkflow(
  services: Services,
  request: Omit<ManualJobRequest, "tasks"> & { readonly workflow: NewWorkflowRun },
): Promise<Job> {
  return createOnce(services, { ...request, strategy: "workflow" });
}

/** A job whose tasks somebody adds. With a `dispatchKey` that the project knows it is that job, as it is. */
export async function createManualJob(services: Services, request: ManualJobRequest): Promise<Job> {
  const known = await findByKey(services, request);
  if (known !== undefined) return known;
  const { tasks = [] } = request;
  const { added } = addTasks(asJobId(""), [], tasks);
  checkGates(request.settings, added);
  checkPrices(services, request.settings, added);
  await checkTemplates(services, services.repo.head, added);
  await checkAgents(services, { commit: services.repo.head, settings: request.settings }, added);
  await checkContextFiles(services.repo, services.repo.head, { known: [], added });
  const job = await createOnce(services, { ...request, strategy: "manual" });
  if (tasks.length > 0) await addTasksTo(services, job, tasks);
  return job;
}

/** Somebody else may ask for the same at the same moment: then theirs is the job. */
async function createOnce(services: Services, request: NewJobRequest): Promise<Job> {
  const known = await findByKey(services, request);
  if (known !== undefined) return known;
  try {
    return await services.state.jobs.get(await create(services, request));
  } catch (error) {
    const winner = await findByKey(services, request);
    if (winner === undefined) throw error;
    return winner;
  }
}

async function findByKey({ state, repo }: Services, { dispatchKey }: ManualJobRequest): Promise<Job | undefined> {
  return dispatchKey === undefined ? undefined : state.jobs.findByKey(repo.root, dispatchKey);
}

type NewJobRequest = ManualJobRequest & { readonly strategy: JobStrategy; readonly workflow?: NewWorkflowRun };

async function create(services: Services, request: NewJobRequest): Promise<JobId> {
  const { state, repo } = services;
  const { settings, strategy, orchestratorId, dispatchKey, workflow } = request;
  const goal = request.goal.trim();
  checkPrices(services, settings);
  if (goal === "") {
    throw new TuttiError("GOAL_EMPTY", "The goal is empty", {
      hint: 'Say what is to be done: tutti run "Add a CSV export"',
    });
  }
  await checkTemplates(services, repo.head, []);
  await checkAgents(services, { commit: repo.head, settings }, []);
  // It becomes the name of a branch, which is pushed.
  const id = newJobId(services.redact(goal));
  await startBranch(repo, id, repo.head);
  const job = {
    id,
    projectPath: repo.root,
    goal,
    baseCommit: repo.head,
    branch: jobBranch(id).replace(/^refs\/heads\//, ""),
    options: settings,
    strategy,
    ...(orchestratorId === undefined ? {} : { orchestratorId }),
    ...(dispatchKey === undefined ? {} : { dispatchKey }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  try {
    await state.jobs.create(job);
  } catch (error) {
    await abandonBranch(repo, id, repo.head);
    throw error;
  }
  return id;
}

/** Readable in branch names and commands: the goal's first words and eight random digits. */
export function newJobId(goal: string): JobId {
  const words = goal.toLowerCase().match(/[a-z0-9]+/g) ?? ["job"];
  const slug = words.slice(0, 4).join("-").slice(0, 32).replace(/-$/, "");
  return asJobId(`${slug}-${randomBytes(4).toString("hex")}`);
}
