import type { Checkpoint } from "../../domain/checkpoint/checkpoint.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Application } from "../../orchestration/application.ts";
import type { Cli } from "../cli.ts";
import type { Output } from "../output.ts";
import { checkpointDiffText, checkpointListText, checkpointText, formatBytes } from "../render/checkpoint-text.ts";
import { counted } from "../render/quantities.ts";
import { withProject } from "../with-project.ts";

export type CheckpointCreateOptions = { readonly name?: string; readonly worktree?: boolean };

type Looking = { readonly application: Pick<Application, "checkpoints" | "job">; readonly output: Output };

/** `tutti checkpoint create`: keeps a job as it is, or the person's own files. */
async function checkpointCreate(
  { application, output }: Looking,
  id: string | undefined,
  { name, worktree }: CheckpointCreateOptions,
): Promise<number> {
  const { checkpoints } = application;
  const made =
    worktree === true
      ? await checkpoints.createOfWorktree(name)
      : await checkpoints.create((await application.job(id)).id, name);
  output.stdout(output.isJson ? `${JSON.stringify({ checkpoint: made })}\n` : createdText(made));
  return exitCodes.done;
}

function createdText({ id, jobId, files, isWhileAtWork }: Checkpoint): string {
  const what = jobId === undefined ? "your working tree" : `job ${jobId}`;
  const slots = files.length === 0 ? "" : `, with the files of ${counted(files.length, "unfinished attempt")}`;
  const atWork = isWhileAtWork ? "Agents are at work: their files are as they were found.\n" : "";
  return `Checkpoint ${id} of ${what}${slots}.\n${atWork}`;
}

/** `tutti checkpoint list`: the newest first, with what each takes. */
async function checkpointList({ application, output }: Looking, id: string | undefined): Promise<number> {
  const jobId = id === undefined ? undefined : (await application.job(id)).id;
  const checkpoints = await application.checkpoints.list(jobId);
  output.stdout(output.isJson ? `${JSON.stringify({ checkpoints })}\n` : checkpointListText(checkpoints));
  return exitCodes.done;
}

/** `tutti checkpoint show`: what it holds. */
async function checkpointShow({ application, output }: Looking, id: string): Promise<number> {
  const { checkpoints } = application;
  const details = await checkpoints.describe(await checkpoints.find(id));
  output.stdout(output.isJson ? `${JSON.stringify(details)}\n` : checkpointText(details));
  return exitCodes.done;
}

export type CheckpointDiffOptions = { readonly stat?: boolean };

/** `tutti checkpoint diff`: what has changed since, in files and tasks. */
async function checkpointDiff(
  { application, output }: Looking,
  ids: { readonly id: string; readonly other: string | undefined },
  { stat }: CheckpointDiffOptions,
): Promise<number> {
  const { checkpoints } = application;
  const other = ids.other === undefined ? undefined : await checkpoints.find(ids.other);
  const diff = await checkpoints.diff(await checkpoints.find(ids.id), other);
  if (output.isJson) output.stdout(`${JSON.stringify(diff)}\n`);
  else output.stdout(checkpointDiffText(diff, await checkpoints.patch(diff, stat === true)));
  return exitCodes.done;
}

export const checkpointCreateCommand = (
  cli: Cli,
  id: string | undefined,
  options: CheckpointCreateOptions,
): Promise<number> =>
  withProject(cli, ({ application }) => checkpointCreate({ application, output: cli.output }, id, options));

export const checkpointListCommand = (cli: Cli, id: string | undefined): Promise<number> =>
  withProject(cli, ({ application }) => checkpointList({ application, output: cli.output }, id));

export const checkpointShowCommand = (cli: Cli, id: string): Promise<number> =>
  withProject(cli, ({ application }) => checkpointShow({ application, output: cli.output }, id));

export const checkpointDiffCommand = (
  cli: Cli,
  ids: { readonly id: string; readonly other: string | undefined },
  options: CheckpointDiffOptions,
): Promise<number> =>
  withProject(cli, ({ application }) => checkpointDiff({ application, output: cli.output }, ids, options));

export type CheckpointPruneOptions = { readonly dryRun?: boolean };

/** `tutti checkpoint prune`: by the project's rules, or the ones that are named. */
export const checkpointPruneCommand = (
  cli: Cli,
  ids: readonly string[],
  { dryRun }: CheckpointPruneOptions,
): Promise<number> =>
  withProject(cli, async ({ application, loaded }) => {
    const { checkpoints } = application;
    const { output } = cli;
    const isDryRun = dryRun === true;
    const named = await Promise.all(ids.map((id) => checkpoints.find(id)));
    if (named.length > 0 && !isDryRun) await checkpoints.remove(named);
    const report =
      named.length > 0
        ? { removed: named.map((checkpoint) => ({ checkpoint, reason: "named" })) }
        : await checkpoints.prune({ rules: loaded.config.checkpoints, isDryRun });
    output.stdout(output.isJson ? `${JSON.stringify({ ...report, isDryRun })}\n` : prunedText(report, isDryRun));
    return exitCodes.done;
  });

type Report = {
  readonly removed: readonly { readonly checkpoint: Checkpoint; readonly reason: string }[];
  readonly kept?: number;
  readonly keptBytes?: number;
};

function prunedText({ removed, kept, keptBytes }: Report, isDryRun: boolean): string {
  const lines = removed.map(
    ({ checkpoint, reason }) => `${checkpoint.id}  ${formatBytes(checkpoint.sizeBytes)}  ${reason}\n`,
  );
  const verb = isDryRun ? "Would remove" : "Removed";
  const rest = kept === undefined ? "" : `; ${kept} kept, ${formatBytes(keptBytes ?? 0)}`;
  return `${lines.join("")}${verb} ${counted(removed.length, "checkpoint")}${rest}.\n`;
}
