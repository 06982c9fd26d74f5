import type { Activity } from "../../../domain/events.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { Attempt, Task } from "../../../domain/model.ts";
import { isSettled } from "../../../domain/task-status.ts";
import type { Application } from "../../../orchestration/application.ts";
import { attemptAt, numberedAttempt } from "../../../orchestration/insight/task-details.ts";
import type { Cli } from "../../cli.ts";
import { findTask } from "../../find-task.ts";
import { followTask } from "./follow-task.ts";
import type { Output } from "../../output.ts";
import { formatClock, formatDateTime, formatDuration } from "../../render/quantities.ts";
import { oneLine, plainLines } from "../../render/terminal-text.ts";

export type TaskLogsOptions = { readonly attempt?: number; readonly follow?: boolean };

/** `tutti task logs` */
export const taskLogsCommand = (cli: Cli, task: string, options: TaskLogsOptions): Promise<number> =>
  followTask(cli, (following) => taskLogs({ ...following, output: cli.output, task, ...options }));

export type TaskLogsRequest = TaskLogsOptions & {
  readonly application: Pick<
    Application,
    "job" | "tasks" | "task" | "attempts" | "activity" | "isDriven" | "waitForChange"
  >;
  readonly output: Output;
  /** `<job>/<key>`, or the key of a task of the newest job. */
  readonly task: string;
  /** Ends the following. */
  readonly stop?: AbortSignal;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/**
 * What the agents of a task showed while they worked, attempt by attempt.
 * @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`; `INPUT_INVALID` when it has no such attempt
 */
export async function taskLogs(request: TaskLogsRequest): Promise<number> {
  const { application, attempt } = request;
  const task = await findTask(application, request.task);
  if (attempt !== undefined) numberedAttempt(task, await application.attempts(task), attempt);
  await new TaskLog(request, task).run();
  return exitCodes.done;
}

const lookAgainMs = 1_000;

class TaskLog {
  readonly #request: TaskLogsRequest;
  readonly #task: Task;
  readonly #print: LogPrinter;
  #after = 0;

  constructor(request: TaskLogsRequest, task: Task) {
    this.#request = request;
    this.#task = task;
    this.#print = request.output.isJson ? new JsonPrinter(request) : new TextPrinter(request);
  }

  async run(): Promise<void> {
    const { application, follow = false, stop } = this.#request;
    for (;;) {
      // Asked first: what was written until then is still read.
      const isLast = !follow || stop?.aborted === true || !(await this.#goesOn());
      await this.#readOn();
      if (isLast) break;
      await application.waitForChange({ timeoutMs: lookAgainMs, ...(stop === undefined ? {} : { signal: stop }) });
    }
    this.#print.end(await application.attempts(this.#task));
  }

  async #readOn(): Promise<void> {
    const { application, attempt } = this.#request;
    const { jobId, id: taskId } = this.#task;
    for (;;) {
      const page = await application.activity({ jobId, taskId, after: this.#after });
      if (page.length === 0) return;
      // Read after the page: who wrote into it has begun by then.
      const attempts = await application.attempts(this.#task);
      for (const entry of page) {
        const { number } = attemptAt(attempts, entry.at) ?? {};
        if (attempt === undefined || attempt === number) this.#print.line(entry, number, attempts);
      }
      this.#after = page.at(-1)?.seq ?? this.#after;
    }
  }

  async #goesOn(): Promise<boolean> {
    const { application, attempt } = this.#request;
    const { status } = await application.task(this.#task.id);
    if (isSettled(status) || !(await application.isDriven(this.#task.jobId))) return false;
    if (attempt === undefined) return status !== "waiting";
    return (await application.attempts(this.#task)).some(
      ({ number, endedAt }) => number === attempt && endedAt === undefined,
    );
  }
}

interface LogPrinter {
  line(entry: Activity, attempt: number | undefined, attempts: readonly Attempt[]): void;
  end(attempts: readonly Attempt[]): void;
}

/** A line of JSON for each entry. */
class JsonPrinter implements LogPrinter {
  readonly #output: Output;

  constructor({ output }: TaskLogsRequest) {
    this.#output = output;
  }

  line(entry: Activity, attempt: number | undefined): void {
    this.#output.stdout(`${JSON.stringify({ ...entry, attempt: attempt ?? null })}\n`);
  }

  end(): void {
    // A program sees it from the end of the output.
  }
}

class TextPrinter implements LogPrinter {
  readonly #output: Output;
  readonly #timeZone: string | undefined;
  readonly #wanted: number | undefined;
  #current: number | undefined;

  constructor({ output, timeZone, attempt }: TaskLogsRequest) {
    this.#output = output;
    this.#timeZone = timeZone;
    this.#wanted = attempt;
  }

  line({ at, role, kind, text }: Activity, number: number | undefined, attempts: readonly Attempt[]): void {
    this.#open(number, attempts);
    const who = role === "worker" ? "" : `${role}: `;
    const [first = "", ...rest] = kind === "text" ? plainLines(text) : [oneLine(text)];
    this.#say(`  ${formatClock(at, this.#timeZone)} ${kind.padEnd(5)} ${who}${first}`);
    for (const line of rest) this.#say(`${" ".repeat(17)}${line}`);
  }

  end(attempts: readonly Attempt[]): void {
    for (const { number } of attempts) if (this.#isDue(number)) this.#open(number, attempts);
    this.#close(attempts);
    if (attempts.length === 0) this.#say("It has not been started.");
  }

  #isDue(number: number): boolean {
    return number > (this.#current ?? 0) && (this.#wanted ?? number) === number;
  }

  #open(number: number | undefined, attempts: readonly Attempt[]): void {
    const attempt = attempts.find((candidate) => candidate.number === number);
    if (attempt === undefined || number === this.#current) return;
    this.#close(attempts);
    this.#current = number;
    const by = attempt.workerId === undefined ? "" : ` by worker ${attempt.workerId}`;
    const when = formatDateTime(attempt.startedAt, this.#timeZone);
    this.#say(this.#output.style("bold", `Attempt ${attempt.number}`) + ` (${when})${by}`);
  }

  #close(attempts: readonly Attempt[]): void {
    const attempt = attempts.find(({ number }) => number === this.#current);
    if (attempt === undefined) return;
    const { status, startedAt, endedAt, decision } = attempt;
    const took = endedAt === undefined ? "" : ` after ${formatDuration(endedAt - startedAt)}`;
    const why = decision === undefined || status === "accepted" ? "" : `: ${decision.reasons.map(oneLine).join("; ")}`;
    this.#say(`  ${status}${took}${why}`);
  }

  #say(text: string): void {
    this.#output.stdout(`${text.trimEnd()}\n`);
  }
}
