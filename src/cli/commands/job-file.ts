import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";

import { jobSettings } from "../../compose.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import { isJobFile, jobFileOf, parseJobFile } from "../../domain/plan/job-file.ts";
import type { Cli } from "../cli.ts";
import { withProject } from "../with-project.ts";
import { exportedTasks } from "./job-export.ts";

/** `tutti job export`: the whole job, so that `tutti job import` can make it again. */
export const exportJobFile = (cli: Cli, id: string, path: string | undefined): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const { isJson, stdout } = cli.output;
    const job = await application.job(id);
    const content = jobFileOf(job, await exportedTasks(application, job));
    const shown = `${JSON.stringify(content, undefined, isJson && path === undefined ? 0 : 2)}\n`;
    if (path === undefined) {
      stdout(shown);
      return exitCodes.done;
    }
    const file = resolve(cli.cwd, path);
    await writeTo(file, shown);
    const facts = { jobId: job.id, file, tasks: content.tasks.length };
    stdout(isJson ? `${JSON.stringify(facts)}\n` : `${file}: ${facts.tasks} tasks of job ${job.id}\n`);
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

/** `tutti job import` of a job that was exported: a new job with the same tasks, none of them begun. */
export async function importJobFile(cli: Cli, { value, name, goal }: ImportedFile): Promise<number> {
  const file = parseJobFile(value, name);
  return withProject(cli, async (project) => {
    const { application } = project;
    const job = await application.createManualJob({
      goal: goal ?? file.goal,
      settings: await jobSettings(project),
      orchestratorId: "command-line",
      tasks: file.tasks,
    });
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
