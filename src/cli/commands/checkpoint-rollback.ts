import type { RollbackRequest, RollbackResult, RollbackStrategy } from "../../domain/checkpoint/checkpoint.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes, isJobOver } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import { ofJob, type JobCheckpoint } from "../../orchestration/checkpoints/find-checkpoint.ts";
import type { Project } from "../../compose.ts";
import type { Cli } from "../cli.ts";
import type { Output } from "../output.ts";
import { counted, shortCommit } from "../render/quantities.ts";
import { withProject } from "../with-project.ts";

export type CheckpointRollbackOptions = {
  readonly strategy?: RollbackStrategy;
  readonly tasks?: readonly string[];
  readonly paths?: readonly string[];
  readonly intoWorktree?: boolean;
  readonly dryRun?: boolean;
};

/** `tutti checkpoint rollback`: takes a job back, or the person's own files where they say so. */
export const checkpointRollbackCommand = (cli: Cli, id: string, options: CheckpointRollbackOptions): Promise<number> =>
  withProject(cli, async (project) => {
    const { checkpoints } = project.application;
    const checkpoint = await checkpoints.find(id);
    refuseOfJobs(options, id);
    if (options.intoWorktree === true) return intoWorktree(project, id, cli.output);
    return rollBackJob(project, { checkpoint: ofJob(checkpoint), options, output: cli.output });
  });

/** Nothing of a person's own changes under an option that means something else for them, or nothing. */
function refuseOfJobs({ intoWorktree: isOfWorktree, ...options }: CheckpointRollbackOptions, id: string): void {
  const { dryRun, strategy, tasks, paths } = options;
  if (isOfWorktree !== true || [dryRun, strategy, tasks, paths].every((option) => option === undefined)) return;
  throw new TuttiError("INPUT_INVALID", "--into-worktree puts all files back and takes no other option", {
    hint: `See what it would change: tutti checkpoint diff ${id} --stat`,
  });
}

async function intoWorktree({ application }: Project, id: string, output: Output): Promise<number> {
  const checkpoint = await application.checkpoints.find(id);
  const before = await application.checkpoints.restoreWorktree(checkpoint);
  output.stdout(
    output.isJson
      ? `${JSON.stringify({ restored: checkpoint.id, before })}\n`
      : `Your working tree is as at checkpoint ${checkpoint.id}. What was there before is checkpoint ${before.id}.\n`,
  );
  return exitCodes.done;
}

type Going = {
  readonly checkpoint: JobCheckpoint;
  readonly options: CheckpointRollbackOptions;
  readonly output: Output;
};

async function rollBackJob({ application, own }: Project, { checkpoint, options, output }: Going): Promise<number> {
  const request = requestOf(options);
  if (options.dryRun === true) {
    const { from, tip, tasks, paths } = await application.checkpoints.planRollback(checkpoint, request);
    const keys = tasks.map((task) => task.split("/").at(-1) ?? task);
    const facts = { checkpoint: checkpoint.id, strategy: request.strategy, from, tip, tasks: keys, paths };
    output.stdout(output.isJson ? `${JSON.stringify({ ...facts, isDryRun: true })}\n` : text(facts, "would go"));
    return exitCodes.done;
  }
  const result = await application.checkpoints.rollBack(own, { checkpoint, request });
  const job = await application.job(checkpoint.jobId);
  output.stdout(output.isJson ? `${JSON.stringify(result)}\n` : doneText(result, job));
  return exitCodes.done;
}

/** @throws {TuttiError} `INPUT_INVALID` for options that don't fit together */
function requestOf({ strategy = "full", tasks, paths }: CheckpointRollbackOptions): RollbackRequest {
  if (tasks !== undefined && strategy !== "partial") throw unfit("--tasks", "partial");
  if (paths !== undefined && strategy !== "selective") throw unfit("--paths", "selective");
  return { strategy, ...(tasks === undefined ? {} : { tasks }), ...(paths === undefined ? {} : { paths }) };
}

const unfit = (option: string, strategy: string): TuttiError =>
  new TuttiError("INPUT_INVALID", `${option} belongs to the strategy ${strategy}`, {
    hint: `Say so: --strategy ${strategy}`,
  });

type Facts = Pick<RollbackResult, "checkpoint" | "strategy" | "from" | "tip" | "tasks" | "paths">;

function text({ checkpoint, strategy, from, tip, tasks, paths }: Facts, verb: string): string {
  const going = strategy === "selective" ? counted(paths.length, "file") : counted(tasks.length, "task");
  const named = [...(strategy === "selective" ? paths : tasks)].slice(0, 20).join(", ");
  return `${going} ${verb} back to checkpoint ${checkpoint}: ${named}\ntip ${shortCommit(from)} → ${shortCommit(tip)}\n`;
}

const doneText = (result: RollbackResult, { id, status }: Job): string => {
  const next = isJobOver(status) ? `Look at it: tutti job show ${id}` : `Go on: tutti resume ${id}`;
  return `${text(result, "went")}What was there before is checkpoint ${result.rollback}. ${next}\n`;
};
