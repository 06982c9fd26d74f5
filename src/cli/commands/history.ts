import { TuttiError } from "../../domain/errors.ts";
import type { SaidKind } from "../../domain/history.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Job, Task } from "../../domain/model.ts";
import type { Application } from "../../orchestration/application.ts";
import type { Said } from "../../orchestration/insight/history.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import type { Output } from "../output.ts";
import { formatDateTime } from "../render/quantities.ts";
import { plainLines, wrap } from "../render/terminal-text.ts";
import { withProject } from "../with-project.ts";

export type HistoryOptions = {
  readonly role?: string;
  readonly kind?: SaidKind;
  /** In milliseconds before now. */
  readonly since?: number;
  readonly limit?: number;
  readonly full?: boolean;
};

/** `tutti history`: every prompt, answer, question, verdict and decision, in order. */
export const historyCommand = (cli: Cli, wanted: string | undefined, options: HistoryOptions): Promise<number> =>
  withProject(cli, ({ application, services }) =>
    history({ application, output: cli.output, wanted, now: services.now(), ...options }),
  );

export type HistoryRequest = HistoryOptions & {
  readonly application: Pick<Application, "job" | "tasks" | "insight">;
  readonly output: Output;
  /** A job, a task as `<job>/<task>`, or the key of a task of the newest job; `undefined`: the newest job. */
  readonly wanted: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/** @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN` */
export async function history(request: HistoryRequest): Promise<number> {
  const { application, output, wanted, since, now, role, kind, limit } = request;
  const { job, task } = await findJobOrTask(application, wanted);
  const said = await application.insight.history({
    job,
    ...(task === undefined ? {} : { task }),
    ...(role === undefined ? {} : { role }),
    ...(kind === undefined ? {} : { kind }),
    ...(since === undefined ? {} : { since: now - since }),
    ...(limit === undefined ? {} : { limit }),
  });
  if (output.isJson) output.stdout(`${JSON.stringify({ job: job.id, task: task?.id ?? null, history: said })}\n`);
  else
    output.stdout(said.length === 0 ? "Nothing was said.\n" : said.map((each) => saidText(each, request)).join("\n"));
  return exitCodes.done;
}

type Found = { readonly job: Job; readonly task?: Task };

async function findJobOrTask(application: HistoryRequest["application"], wanted: string | undefined): Promise<Found> {
  if (wanted === undefined) return { job: await application.job() };
  if (!wanted.includes("/")) {
    const job = await application.job(wanted).catch(unknownJob);
    if (job !== undefined) return { job };
  }
  const task = await findTask(application, wanted);
  return { job: await application.job(task.jobId), task };
}

/** Then it is the key of a task. */
function unknownJob(error: unknown): undefined {
  if (TuttiError.is(error) && error.code === "JOB_UNKNOWN") return undefined;
  throw error;
}

const shownLines = 8;

function saidText(said: Said, { output, timeZone, full = false }: HistoryRequest): string {
  const { at, kind, role, taskId, attemptId, model, text, data } = said;
  const width = Math.max(40, output.columns);
  const origin = data?.["from"] === "earlier" ? "answered before the interruption" : undefined;
  const about = [attemptId ?? taskId, model, origin].filter((part) => part !== undefined).join(", ");
  const title = `${formatDateTime(at, timeZone)} ${output.style("bold", kind)} (${role})${about === "" ? "" : ` ${about}`}`;
  const lines = plainLines(text).flatMap((line) => (line.trim() === "" ? [""] : wrap(line, width - 6)));
  const shown = full ? lines : lines.slice(0, shownLines);
  const more = lines.length > shown.length ? [`… ${lines.length - shown.length} more lines: --full has all`] : [];
  return [title, ...[...shown, ...more].map((line) => `    ${line}`.trimEnd()), ""].join("\n");
}
