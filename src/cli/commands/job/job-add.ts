import { text } from "node:stream/consumers";

import { z } from "zod";

import { jobSettings } from "../../../compose.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { RawTaskRequest, TaskRequest } from "../../../domain/plan/task-spec.ts";
import type { Cli } from "../../cli.ts";
import { withProject } from "../../with-project.ts";

export type JobCreateOptions = { readonly key?: string; readonly orchestrator?: string };

/** `tutti job create`: a job without tasks. Prints its id, so that a script can add to it. */
export const jobCreateCommand = (cli: Cli, goal: string, options: JobCreateOptions): Promise<number> =>
  withProject(cli, async (project) => {
    const { key, orchestrator } = options;
    const job = await project.application.createManualJob({
      goal,
      settings: await jobSettings(project),
      orchestratorId: orchestrator ?? "command-line",
      ...(key === undefined ? {} : { dispatchKey: key }),
    });
    cli.output.stdout(cli.output.isJson ? `${JSON.stringify({ job })}\n` : `${job.id}\n`);
    return exitCodes.done;
  });

export type JobAddOptions = {
  readonly key?: string;
  readonly title?: string;
  readonly priority?: number;
  readonly context?: readonly string[];
  readonly output?: readonly string[];
  readonly needs?: readonly string[];
  readonly parent?: string;
  readonly continueParent?: true;
  readonly batch?: string;
  readonly escalate?: readonly string[];
  readonly agent?: string;
  readonly readOnly?: true;
  readonly subagents?: readonly string[];
  readonly budget?: number;
  readonly timeoutMs?: number;
};

/** `tutti job add`: one task from the command line, or many from stdin. Prints their ids. */
export const jobAddCommand = (
  cli: Cli,
  job: string,
  request: { readonly prompt: string; readonly options: JobAddOptions },
): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const requests = request.prompt === "-" ? await readTasks() : [requestOf(request)];
    const { id } = await application.job(job);
    const tasks = await application.addTasks(id, requests);
    cli.output.stdout(cli.output.isJson ? `${JSON.stringify({ job: id, tasks })}\n` : `${tasks.join("\n")}\n`);
    return exitCodes.done;
  });

function requestOf({ prompt, options }: { readonly prompt: string; readonly options: JobAddOptions }): TaskRequest {
  const { key, title, priority, context, output, needs, parent, budget, timeoutMs } = options;
  const { continueParent, batch, escalate, agent, readOnly, subagents } = options;
  return {
    prompt,
    ...(key === undefined ? {} : { key }),
    ...(title === undefined ? {} : { title }),
    ...(priority === undefined ? {} : { priority }),
    ...(context === undefined ? {} : { contextFiles: [...context] }),
    ...(output === undefined ? {} : { expectedOutputs: [...output] }),
    ...(needs === undefined ? {} : { dependsOn: [...needs] }),
    ...(parent === undefined ? {} : { parentTaskId: parent }),
    ...(continueParent === undefined ? {} : { continuesParent: continueParent }),
    ...(batch === undefined ? {} : { batch }),
    ...(escalate === undefined ? {} : { escalate: [...escalate] }),
    ...(agent === undefined ? {} : { agent }),
    ...(readOnly === undefined ? {} : { access: "read" as const }),
    ...(subagents === undefined ? {} : { subagents: [...subagents] }),
    ...(budget === undefined ? {} : { budgetUsd: budget }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/**
 * Tasks from stdin, one a line: a JSON object with the fields of a task, or a prompt as it is.
 * @throws {TuttiError} `INPUT_INVALID` naming the line
 */
export async function readTasks(): Promise<readonly RawTaskRequest[]> {
  const lines = (await text(process.stdin))
    .split("\n")
    .map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const tasks = lines.filter(({ line }) => line !== "").map(taskOfLine);
  if (tasks.length > 0) return tasks;
  throw new TuttiError("INPUT_INVALID", "There is no task on stdin", {
    hint: "Write one task a line: a prompt, or a JSON object with a prompt",
  });
}

const jsonObject = z.record(z.string(), z.json());

/** The fields are checked where the task is added. */
function taskOfLine({ line, number }: { readonly line: string; readonly number: number }): RawTaskRequest {
  if (!line.startsWith("{")) return { prompt: line };
  try {
    return jsonObject.parse(JSON.parse(line));
  } catch (cause) {
    throw new TuttiError(
      "INPUT_INVALID",
      `stdin:${number} is no JSON: ${cause instanceof Error ? cause.message : ""}`,
      {
        hint: "Write one task a line: a prompt, or a JSON object with a prompt",
        cause,
      },
    );
  }
}
