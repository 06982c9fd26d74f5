import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import { jobSettings, openProject } from "../../compose.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { Plan } from "../../domain/plan/plan-schema.ts";
import { checkAgent } from "../drive/check-agent.ts";
import type { Cli } from "../cli.ts";
import { driveJob } from "../drive/drive-job.ts";
import { readPlanFile } from "../read-plan-file.ts";
import { tellRestored } from "../drive/tell-restored.ts";
import { tellRemarks } from "../drive/tell-remarks.ts";
import { showPreview } from "../drive/show-preview.ts";
import { warnAboutDirt } from "../drive/warn-about-dirt.ts";

export type RunOptions = {
  readonly file?: string;
  readonly plan?: string;
  readonly workers?: number;
  readonly maxCost?: number;
  readonly yes?: boolean;
  readonly managerModel?: string;
  readonly workerModel?: string;
  /** `false` with `--no-cache`. */
  readonly cache?: boolean;
  readonly resumeAtReset?: boolean;
  /** A stop that may have been asked for before the job could hear of it. */
  readonly stop?: AbortSignal;
};

/** `tutti run`: makes a job of a goal and drives it. */
export async function runCommand(cli: Cli, goal: string | undefined, options: RunOptions): Promise<number> {
  const plan = options.plan === undefined ? undefined : await readPlanFile(resolve(cli.cwd, options.plan));
  const text = await goalOf(cli, goal, { options, plan });
  const project = await openProject({
    cwd: cli.cwd,
    env: cli.env,
    flags: flagsOf(options),
    onRestored: tellRestored(cli),
  });
  try {
    await checkAgent(cli, project);
    await warnAboutDirt(cli, project);
    const settings = await jobSettings(project);
    const job = await project.application.createJob({
      goal: text,
      settings,
      ...(plan === undefined ? {} : { plan }),
    });
    if (plan !== undefined) tellRemarks(cli, plan, { settings, command: `tutti plan lint ${options.plan}` });
    if (plan !== undefined && cli.output.isJson) await showPreview(cli, project, job);
    const { stop } = options;
    const request = { job, isApproved: options.yes === true, liftsPause: false, ...askedToWait(options) };
    return await driveJob(cli, project, { ...request, ...(stop === undefined ? {} : { stop }) });
  } finally {
    await project.close();
  }
}

export type ResumeOptions = {
  readonly yes?: boolean;
  readonly maxCost?: number;
  readonly cache?: boolean;
  readonly resumeAtReset?: boolean;
  readonly beginAnew?: boolean;
};

const askedToWait = ({ resumeAtReset = false }: Pick<ResumeOptions, "resumeAtReset">) => ({
  resumesAtReset: resumeAtReset,
});

/** `tutti resume`: goes on with a job that was stopped, paused or cut short. */
export async function resumeCommand(cli: Cli, id: string | undefined, options: ResumeOptions): Promise<number> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env, onRestored: tellRestored(cli) });
  try {
    const { application } = project;
    const job = await application.job(id);
    const prepare = async (): Promise<void> => {
      const { maxCost, cache } = options;
      await application.resume(
        await application.job(job.id),
        maxCost === undefined ? {} : { maxCostUsdPerJob: maxCost },
      );
      if (cache === false) await application.cache.turnOff(job.id);
      // A plan that still waits for its yes is shown as a tree, with the same facts.
      const isAccepted = (await application.tasks(job.id)).length > 0;
      if (isAccepted || cli.output.isJson) await showPreview(cli, project, job);
    };
    return await driveJob(cli, project, {
      job,
      prepare,
      isApproved: options.yes === true,
      liftsPause: true,
      beginsAnew: options.beginAnew === true,
      ...askedToWait(options),
    });
  } finally {
    await project.close();
  }
}

export type RetryOptions = {
  readonly keys?: readonly string[];
  /** New prompts, by key. */
  readonly prompts?: ReadonlyMap<string, string>;
  readonly maxCostPerTask?: number;
  readonly cache?: boolean;
};

/** `tutti retry`: gives failed and waiting tasks another start and drives the job again. */
export async function retryCommand(cli: Cli, id: string | undefined, options: RetryOptions): Promise<number> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env, onRestored: tellRestored(cli) });
  try {
    const { application } = project;
    const job = await application.job(id);
    const prepare = async (): Promise<void> => {
      const { keys = [], prompts, maxCostPerTask: maxCostUsdPerTask } = options;
      const retried = await application.retry(job.id, keys, { prompts, maxCostUsdPerTask });
      if (retried.length === 0) {
        throw new TuttiError("INPUT_INVALID", `Job ${job.id} has no task that failed or waits for a person`, {
          hint:
            job.status === "completed" || job.status === "cancelled"
              ? `See its report: tutti job show ${job.id}`
              : `Go on with what isn't done: tutti resume ${job.id}`,
        });
      }
      if (options.cache === false) await application.cache.turnOff(job.id);
    };
    return await driveJob(cli, project, { job, prepare, isApproved: true, liftsPause: true });
  } finally {
    await project.close();
  }
}

type GoalSource = { readonly options: RunOptions; readonly plan: Plan | undefined };

async function goalOf(cli: Cli, goal: string | undefined, { options, plan }: GoalSource): Promise<string> {
  const given = [goal, options.file].filter((source) => source !== undefined);
  if (given.length > 1) {
    throw new TuttiError("INPUT_INVALID", "The goal is given twice", {
      hint: "Give it as text or with --file, not both",
    });
  }
  if (goal !== undefined) return goal;
  if (options.file !== undefined) return readGoalFile(resolve(cli.cwd, options.file));
  if (plan !== undefined) return plan.summary;
  throw new TuttiError("GOAL_EMPTY", "No goal was given", {
    hint: 'Say what is to be done: tutti run "Add a CSV export"',
  });
}

async function readGoalFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TuttiError("INPUT_INVALID", `The goal's file ${path} can't be read`, {
      hint: "Check the path after --file",
      cause,
    });
  }
}

function flagsOf(options: RunOptions) {
  const { workers, maxCost, managerModel, workerModel, cache } = options;
  return {
    ...(maxCost === undefined ? {} : { budget: { maxCostUsdPerJob: maxCost } }),
    execution: { ...(workers === undefined ? {} : { workers }), ...(cache === false ? { cache } : {}) },
    models: {
      ...(managerModel === undefined ? {} : { manager: { model: managerModel } }),
      ...(workerModel === undefined ? {} : { worker: { model: workerModel } }),
    },
  };
}
