import { totalUsage, type Usage } from "../../../domain/budget/usage.ts";
import { exitCodes, isJobOver } from "../../../domain/job-status.ts";
import type { Attempt, Task } from "../../../domain/model.ts";
import type { Application } from "../../../orchestration/application.ts";
import type { Output } from "../../output.ts";
import { holdText, pauseText } from "../../render/display/overall-text.ts";
import { pauseReasonText } from "../../render/pause-reason.ts";
import { formatCost, formatDateTime, formatDuration, formatTokens } from "../../render/quantities.ts";
import { reportText } from "../../render/report-text.ts";
import { taskSigns } from "../../render/task-symbols.ts";
import { textTable } from "../../render/text-table.ts";
import { cut, oneLine, wrap } from "../../render/terminal-text.ts";

export type JobShowRequest = {
  readonly application: Pick<
    Application,
    | "job"
    | "tasks"
    | "attempts"
    | "usage"
    | "report"
    | "pause"
    | "pauseReason"
    | "workerHold"
    | "breakpoints"
    | "cutShort"
  >;
  /** An id or the beginning of one; default: the newest job. */
  readonly id?: string;
  readonly output: Output;
  readonly now?: () => number;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/**
 * A job's status and tasks; of a job that is over, its report.
 * @throws {TuttiError} `JOB_UNKNOWN`
 */
export async function jobShow(request: JobShowRequest): Promise<number> {
  const { output } = request;
  const facts = await readFacts(request);
  if (output.isJson) output.stdout(`${JSON.stringify(jsonOf(facts))}\n`);
  else output.stdout(jobText(facts, request));
  return exitCodes.done;
}

type JobFacts = Awaited<ReturnType<typeof readFacts>>;
type TaskFacts = { readonly task: Task; readonly attempts: readonly Attempt[]; readonly usage: Usage };

async function readFacts({ application, id }: JobShowRequest) {
  const job = await application.job(id);
  const [tasks, usage, report, pause] = await Promise.all([
    application.tasks(job.id),
    application.usage(job.id),
    application.report(job.id),
    application.pause(),
  ]);
  const listed: readonly TaskFacts[] = await Promise.all(
    tasks.map(async (task) => ({
      task,
      attempts: await application.attempts(task),
      usage: usage.byTask.get(task.id) ?? {},
    })),
  );
  const reason = job.status === "paused" ? await application.pauseReason(job) : undefined;
  const hold = job.status === "running" ? await application.workerHold(job) : undefined;
  const asked = isJobOver(job.status) ? [] : await application.breakpoints(job.id);
  const cutShort = await application.cutShort(job.id);
  return { job, tasks: listed, usage: usage.ofJob, report, pause, reason, hold, asked, cutShort };
}

const jsonOf = ({ job, tasks, usage, report, pause, reason, hold, asked, cutShort }: JobFacts) => ({
  job: { ...job, report: undefined },
  tasks: tasks.map(({ task, attempts, usage: used }) => ({ ...task, attempts: attempts.length, usage: used })),
  usage,
  total: totalUsage(usage),
  pause: pause ?? null,
  pauseReason: reason ?? null,
  hold: hold ?? null,
  asked,
  rollbackCutShort: cutShort ?? null,
  report: report ?? null,
});

function jobText(facts: JobFacts, { output, now = () => Date.now(), timeZone }: JobShowRequest): string {
  const { job, report, pause, hold } = facts;
  const at = now();
  if (report !== undefined && isJobOver(job.status))
    return [...cutShortLines(facts), reportText(report, output)].join("\n");
  // Of a job that is paused, the end of the text says why.
  const isHeld = job.status !== "paused" && !isJobOver(job.status);
  const isPaused = isHeld && pause !== undefined && (pause.until === undefined || pause.until > at);
  const paused = isPaused
    ? [pauseText({ ...pause, until: pause.until ?? null, message: oneLine(pause.error.message) }, at, timeZone)]
    : [];
  return [
    output.style("bold", `Job ${job.id}: ${job.status}`),
    ...wrap(`Goal: ${job.goal}`, Math.max(40, output.columns)),
    `Started ${formatDateTime(job.createdAt, timeZone)}; branch ${job.branch}; ${usageText(facts.usage)}`,
    ...paused.map((line) => output.style("yellow", line)),
    ...(hold === undefined ? [] : [output.style("yellow", `Held back: ${holdText(hold)}`)]),
    "",
    facts.tasks.length === 0 ? "It has no tasks yet.\n" : taskTable(facts.tasks, output, at),
    ...questionLines(facts),
    ...cutShortLines(facts),
    ...nextLines(facts, at, timeZone),
  ].join("\n");
}

function usageText(usage: Usage): string {
  if (Object.keys(usage).length === 0) return "nothing used";
  const { totalTokens, costUsd } = totalUsage(usage);
  return `${formatTokens(totalTokens)} tokens, ${formatCost(costUsd)}`;
}

const longestNote = 60;

function taskTable(tasks: readonly TaskFacts[], { style }: Output, now: number): string {
  const columns = [
    { title: "task" },
    { title: "status" },
    { title: "attempts", align: "right" as const },
    { title: "time", align: "right" as const },
    { title: "cost", align: "right" as const },
    { title: "title or reason" },
  ];
  const rows = tasks.map(({ task, attempts, usage }) => [
    task.key,
    style(taskSigns[task.status].colour, `${taskSigns[task.status].symbol} ${task.status}`),
    String(attempts.length),
    task.startedAt === undefined ? "" : formatDuration((task.endedAt ?? now) - task.startedAt),
    Object.keys(usage).length === 0 ? "" : formatCost(totalUsage(usage).costUsd),
    cut(oneLine(task.reason ?? task.spec.title), longestNote),
  ]);
  return textTable(columns, rows);
}

/** Where somebody is asked, to try again would throw away what only waits for a word. */
function questionLines({ asked }: JobFacts): readonly string[] {
  if (asked.length === 0) return [];
  const lines = asked
    .slice(0, mostQuestions)
    .map(({ id, question }) => `  ${id}  ${cut(oneLine(question), longestNote)}`);
  const more =
    asked.length > mostQuestions ? [`  and ${asked.length - mostQuestions} more: tutti breakpoint list`] : [];
  return [
    "It asks you:",
    ...lines,
    ...more,
    "  tutti breakpoint show <id>, then tutti breakpoint resolve <id> <answer>",
    "",
  ];
}

const mostQuestions = 5;

function cutShortLines({ job, cutShort }: JobFacts): readonly string[] {
  if (cutShort === undefined) return [];
  const what = `A rollback to checkpoint ${cutShort.checkpointId} was cut short, so this is not all true.`;
  return [`${what} Carry it to its end: tutti resume ${job.id}`, ""];
}

function nextLines(
  { job, reason, asked, cutShort }: JobFacts,
  now: number,
  timeZone: string | undefined,
): readonly string[] {
  const { id, status } = job;
  if (cutShort !== undefined) return [];
  if (status === "paused") {
    const { why, next } = pauseReasonText(reason, { jobId: id, now, ...(timeZone === undefined ? {} : { timeZone }) });
    return [`Paused: ${why}`, ...next.map((step) => `  ${step}`), ""];
  }
  if (status === "proposed") return [`Start its plan: tutti resume ${id} --yes`, ""];
  if (status === "interrupted") return [`Go on with it: tutti resume ${id}`, ""];
  if (status === "waiting" && asked.length > 0) return [`Go on with what you answered: tutti resume ${id}`, ""];
  if (status === "waiting" || status === "failed") return [`Try again what failed or waits: tutti retry ${id}`, ""];
  return [];
}
