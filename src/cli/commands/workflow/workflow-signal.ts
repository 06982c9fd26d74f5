import { randomUUID } from "node:crypto";
import { z } from "zod";

import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { Json } from "../../../domain/json.ts";
import type { Cli } from "../../cli.ts";
import { withProject } from "../../with-project.ts";

export type WorkflowSignalOptions = { readonly payload?: string; readonly key?: string };

/** `tutti workflow signal`. @throws {TuttiError} `JOB_UNKNOWN`, `INPUT_INVALID` */
export const workflowSignalCommand = (
  cli: Cli,
  { job: id, name }: { readonly job: string; readonly name: string },
  options: WorkflowSignalOptions,
): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const job = await application.job(id);
    const signal = { name, key: options.key ?? randomUUID(), payload: payloadOf(options) };
    await application.workflows.signal(job, signal);
    const { isJson, stdout } = cli.output;
    stdout(
      isJson ? `${JSON.stringify({ job: job.id, signal: name, key: signal.key })}\n` : `Sent ${name} to ${job.id}.\n`,
    );
    return exitCodes.done;
  });

function payloadOf({ payload }: WorkflowSignalOptions): Json {
  if (payload === undefined) return null;
  try {
    return z.json().parse(JSON.parse(payload));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError("INPUT_INVALID", `The payload is no JSON: ${reason}`, {
      hint: `A text stands in double quotes: --payload '"go"'`,
      cause,
    });
  }
}
