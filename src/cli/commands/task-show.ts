import { totalUsage, type Usage } from "../../domain/budget/usage.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Attempt, Evidence, Task } from "../../domain/model.ts";
import type { Application } from "../../orchestration/application.ts";
import type { Output } from "../output.ts";
import {
  formatCost,
  formatDateTime,
  formatDiff,
  formatDuration,
  formatTokens,
  shortCommit,
} from "../render/quantities.ts";
import { gateLines } from "../render/report-text.ts";
import { taskSigns } from "../render/task-symbols.ts";
import { oneLine, plainLines, wrap } from "../render/terminal-text.ts";

export type TaskShowRequest = {
  readonly application: Pick<Application, "job" | "tasks" | "attempts" | "usage">;
  /** `<job>/<key>`, or the key of a task of the newest job. */
  readonly task: string;
  readonly output: Output;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/**
 * A task with its attempts, what was decided and why, its gates and its evidence.
 * @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`
 */
export async function taskShow(request: TaskShowRequest): Promise<number> {
  const { application, output, timeZone } = request;
  const task = await findTask(application, request.task);
  const attempts = await application.attempts(task);
  const usage = (await application.usage(task.jobId)).byTask.get(task.id) ?? {};
  if (output.isJson) output.stdout(`${JSON.stringify({ task, attempts, usage })}\n`);
  else output.stdout(taskText({ task, attempts, usage }, output, timeZone));
  return exitCodes.done;
}

async function findTask(application: TaskShowRequest["application"], wanted: string): Promise<Task> {
  const slash = wanted.lastIndexOf("/");
  const job = await application.job(slash === -1 ? undefined : wanted.slice(0, slash));
  const key = wanted.slice(slash + 1);
  const tasks = await application.tasks(job.id);
  const task = tasks.find((candidate) => candidate.key === key);
  if (task !== undefined) return task;
  const known = tasks.map((candidate) => candidate.key).join(", ");
  throw new TuttiError("TASK_UNKNOWN", `Job ${job.id} has no task "${oneLine(key)}"`, {
    hint: known === "" ? "It has no tasks yet" : `Its tasks: ${known}`,
    context: { job: job.id, task: key },
  });
}

type Facts = { readonly task: Task; readonly attempts: readonly Attempt[]; readonly usage: Usage };

function taskText({ task, attempts, usage }: Facts, output: Output, timeZone: string | undefined): string {
  const { style } = output;
  const width = Math.max(40, output.columns);
  const { symbol, colour } = taskSigns[task.status];
  const needs = task.dependsOn.map((id) => id.split("/").at(-1) ?? id).join(", ");
  return [
    `${style(colour, symbol)} ${style("bold", task.id)}: ${task.status}`,
    ...wrap(task.spec.title, width),
    ...(task.reason === undefined ? [] : wrap(`why: ${task.reason}`, width)),
    ...(needs === "" ? [] : wrap(`after: ${needs}`, width)),
    ...usageLines(usage),
    ...attempts.flatMap((attempt) => ["", ...attemptLines(attempt, output, timeZone)]),
    ...(task.evidence === undefined ? [] : ["", ...evidenceLines(task.evidence, output)]),
    "",
  ].join("\n");
}

function usageLines(usage: Usage): readonly string[] {
  if (Object.keys(usage).length === 0) return [];
  const { totalTokens, costUsd } = totalUsage(usage);
  return [`used: ${formatTokens(totalTokens)} tokens, ${formatCost(costUsd)} (${Object.keys(usage).join(", ")})`];
}

const claimLines = 6;

function attemptLines(attempt: Attempt, { style, columns }: Output, timeZone: string | undefined): readonly string[] {
  const { number, status, workerId, startedAt, endedAt, outcome, decision, gates } = attempt;
  const page = { style, width: Math.max(40, columns) };
  const by = workerId === undefined ? "" : ` by worker ${workerId}`;
  const took = endedAt === undefined ? "" : `, ${formatDuration(endedAt - startedAt)}`;
  return [
    `${style("bold", `Attempt ${number}`)}: ${status} (${formatDateTime(startedAt, timeZone)}${took})${by}`,
    `    from ${shortCommit(attempt.baseCommit)}${attempt.snapshotCommit === undefined ? "" : ` to ${shortCommit(attempt.snapshotCommit)}`}`,
    ...(outcome === undefined ? [] : outcomeLines(outcome, page.width)),
    ...gates.flatMap((gate) => gateLines(gate, page)),
    ...(decision === undefined ? [] : decisionLines(decision, page.width)),
  ];
}

function outcomeLines(outcome: NonNullable<Attempt["outcome"]>, width: number): readonly string[] {
  const claim = plainLines(outcome.text).filter((line) => line.trim() !== "");
  const more = claim.length > claimLines ? [`… ${claim.length - claimLines} more lines: --json has all`] : [];
  return [
    outcome.replayOf === undefined
      ? `    the agent ${outcome.status} after ${formatDuration(outcome.durationMs)}`
      : `    no agent was asked: the cached result of ${outcome.replayOf.attempt}`,
    ...(outcome.error === undefined ? [] : indented(`error: ${outcome.error.message} (${outcome.error.code})`, width)),
    ...[...claim.slice(0, claimLines), ...more].flatMap((line) =>
      indented(line, width).map((text) => text.replace("    ", "    > ")),
    ),
    ...outcome.permissionDenials.flatMap(({ summary }) => indented(`permission denied: ${summary}`, width)),
  ];
}

function decisionLines(decision: NonNullable<Attempt["decision"]>, width: number): readonly string[] {
  const failure = decision.failureClass === undefined ? "" : ` (${decision.failureClass})`;
  return indented(`decision: ${decision.action}${failure}: ${decision.reasons.join("; ")}`, width);
}

const indented = (text: string, width: number): readonly string[] => wrap(text, width - 6).map((line) => `    ${line}`);

function evidenceLines(evidence: Evidence, { style, columns }: Output): readonly string[] {
  const page = { style, width: Math.max(40, columns) };
  const outputs = evidence.expectedOutputs.join(", ");
  return [
    style("bold", "Evidence"),
    `    ${formatDiff(evidence.diff)}, merged as ${shortCommit(evidence.mergedCommit)}`,
    ...evidence.gates.flatMap((gate) => gateLines(gate, page)),
    ...(outputs === "" ? [] : indented(`made: ${outputs}`, page.width)),
  ];
}
