import { exitCodes } from "../../../domain/job-status.ts";
import type { Attempt, Task } from "../../../domain/model.ts";
import { isSettled } from "../../../domain/task-status.ts";
import type { AttemptWatch, RecordedChange } from "../../../domain/watch/recorded-change.ts";
import type { Application } from "../../../orchestration/application.ts";
import { numberedAttempt } from "../../../orchestration/insight/task-details.ts";
import type { Cli } from "../../cli.ts";
import { findTask } from "../../find-task.ts";
import { followTask } from "./follow-task.ts";
import type { Output } from "../../output.ts";
import { counted, formatClock, formatDateTime } from "../../render/quantities.ts";
import { oneLine } from "../../render/terminal-text.ts";

export type TaskFilesOptions = { readonly attempt?: number; readonly follow?: boolean };

/** `tutti task files` */
export const taskFilesCommand = (cli: Cli, task: string, options: TaskFilesOptions): Promise<number> =>
  followTask(cli, (following) => taskFiles({ ...following, output: cli.output, task, ...options }));

export type TaskFilesRequest = TaskFilesOptions & {
  readonly application: Pick<
    Application,
    "job" | "tasks" | "task" | "attempts" | "fileHistory" | "isDriven" | "waitForChange"
  >;
  readonly output: Output;
  /** `<job>/<key>`, or the key of a task of the newest job. */
  readonly task: string;
  /** Ends the following. */
  readonly stop?: AbortSignal;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

const lookAgainMs = 1_000;

/**
 * What happened to the files of a task's attempts while they ran.
 * @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`; `INPUT_INVALID` when it has no such attempt
 */
export async function taskFiles(request: TaskFilesRequest): Promise<number> {
  const { application, attempt, follow = false, stop } = request;
  const task = await findTask(application, request.task);
  if (attempt !== undefined) numberedAttempt(task, await application.attempts(task), attempt);
  const printer = new FilePrinter(request);
  for (let after = 0; ;) {
    // Asked first: what was written until then is still read.
    const isLast = !follow || stop?.aborted === true || !(await goesOn(request, task));
    const { changes, watches } = await application.fileHistory(task, after);
    printer.print(changes, await application.attempts(task));
    after = changes.at(-1)?.seq ?? after;
    if (isLast) return printer.end(watches, await application.attempts(task));
    await application.waitForChange({ timeoutMs: lookAgainMs, ...(stop === undefined ? {} : { signal: stop }) });
  }
}

async function goesOn({ application }: TaskFilesRequest, task: Task): Promise<boolean> {
  const { status } = await application.task(task.id);
  return !isSettled(status) && status !== "waiting" && (await application.isDriven(task.jobId));
}

const kindWidth = "modified".length;

class FilePrinter {
  readonly #request: TaskFilesRequest;
  #current: string | undefined;
  #printed = 0;

  constructor(request: TaskFilesRequest) {
    this.#request = request;
  }

  print(changes: readonly RecordedChange[], attempts: readonly Attempt[]): void {
    for (const change of changes) {
      const attempt = attempts.find(({ id }) => id === change.attemptId);
      if (attempt !== undefined && this.#isWanted(attempt)) this.#line(change, attempt);
    }
  }

  end(watches: readonly AttemptWatch[], attempts: readonly Attempt[]): number {
    const { output } = this.#request;
    if (output.isJson) return exitCodes.done;
    if (this.#printed === 0) this.#say(nothing(attempts));
    for (const watch of watches) {
      const attempt = attempts.find(({ id }) => id === watch.attemptId);
      if (attempt !== undefined && this.#isWanted(attempt)) this.#remark(watch, attempt);
    }
    return exitCodes.done;
  }

  #isWanted({ number }: Attempt): boolean {
    return (this.#request.attempt ?? number) === number;
  }

  #line(change: RecordedChange, { id, number, startedAt }: Attempt): void {
    const { output, timeZone } = this.#request;
    this.#printed += 1;
    if (output.isJson) {
      const { attemptId: _, isInResult = null, ...facts } = change;
      return output.stdout(`${JSON.stringify({ attempt: number, ...facts, isInResult })}\n`);
    }
    if (this.#current !== id)
      this.#say(`${output.style("bold", `Attempt ${number}`)} (${formatDateTime(startedAt, timeZone)})`);
    this.#current = id;
    const { at, kind, path, size } = change;
    const bytes = size === null ? "" : `  ${counted(size, "byte")}`;
    this.#say(`  ${formatClock(at, timeZone)} ${kind.padEnd(kindWidth)}  ${oneLine(path)}${bytes}${remarkOn(change)}`);
  }

  #remark({ mode, trouble, dropped }: AttemptWatch, { number }: Attempt): void {
    const which = `Attempt ${number}`;
    if (dropped > 0) this.#say(`${which}: ${counted(dropped, "more change")} beyond watch.maxChangesPerAttempt`);
    if (trouble !== undefined) this.#say(`${which}: ${oneLine(trouble)}${mode === "polling" ? " (polled)" : ""}`);
  }

  #say(text: string): void {
    this.#request.output.stdout(`${text.trimEnd()}\n`);
  }
}

function remarkOn({ source, isInResult }: RecordedChange): string {
  if (source === "snapshot") return "  (found in the snapshot)";
  return isInResult === false ? "  (not in the result)" : "";
}

const nothing = (attempts: readonly Attempt[]): string =>
  attempts.length === 0 ? "It has not been started." : "No change of a file is recorded.";
