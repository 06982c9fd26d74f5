import { totalUsage, type Usage } from "../../../domain/budget/usage.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { Attempt, ConversationOrigin, Evidence, Task } from "../../../domain/model.ts";
import type { Application } from "../../../orchestration/application.ts";
import type { HeldBy } from "../../../orchestration/insight/task-details.ts";
import { findTask } from "../../find-task.ts";
import type { Output } from "../../output.ts";
import { confidenceText } from "../../render/confidence-text.ts";
import {
  formatCost,
  formatDateTime,
  formatDiff,
  formatDuration,
  formatTokens,
  shortCommit,
} from "../../render/quantities.ts";
import { qualityLines } from "../../render/quality-text.ts";
import { gateLines } from "../../render/report-text.ts";
import { taskSigns } from "../../render/task-symbols.ts";
import { plainLines, wrap } from "../../render/terminal-text.ts";

export type TaskShowRequest = {
  readonly application: Pick<Application, "job" | "tasks" | "attempts" | "usage" | "usageByAttempt" | "heldBy">;
  /** `<job>/<key>`, or the key of a task of the newest job. */
  readonly task: string;
  readonly output: Output;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/**
 * All that is known of a task: what was asked for, what holds it back, its attempts with their cost, gates and decisions, and
 * its evidence.
 * @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`
 */
export async function taskShow(request: TaskShowRequest): Promise<number> {
  const { application, output, timeZone } = request;
  const task = await findTask(application, request.task);
  const [attempts, byAttempt, held] = await Promise.all([
    application.attempts(task),
    application.usageByAttempt(task),
    application.heldBy(task),
  ]);
  const usage = (await application.usage(task.jobId)).byTask.get(task.id) ?? {};
  const facts = { task, attempts, usage, byAttempt, heldBy: held };
  output.stdout(output.isJson ? `${JSON.stringify(jsonOf(facts))}\n` : taskText(facts, output, timeZone));
  return exitCodes.done;
}

type Facts = {
  readonly task: Task;
  readonly attempts: readonly Attempt[];
  readonly usage: Usage;
  readonly byAttempt: ReadonlyMap<number, Usage>;
  readonly heldBy: readonly HeldBy[];
};

const jsonOf = ({ task, attempts, usage, byAttempt, heldBy }: Facts) => ({
  task,
  attempts: attempts.map((attempt) => {
    const used = byAttempt.get(attempt.number) ?? {};
    return { ...attempt, usage: used, costUsd: totalUsage(used).costUsd };
  }),
  usage,
  costUsd: totalUsage(usage).costUsd,
  heldBy,
});

function taskText(facts: Facts, output: Output, timeZone: string | undefined): string {
  const { task, attempts, usage, byAttempt } = facts;
  const { style } = output;
  const width = Math.max(40, output.columns);
  const { symbol, colour } = taskSigns[task.status];
  return [
    `${style(colour, symbol)} ${style("bold", task.id)}: ${task.status}`,
    ...wrap(task.spec.title, width),
    ...(task.reason === undefined ? [] : wrap(`why: ${task.reason}`, width)),
    ...facts.heldBy.flatMap((held) => wrap(`held back: ${heldText(held)}`, width)),
    ...specLines(task, width),
    ...usageLines(usage),
    ...attempts.flatMap((attempt) => [
      "",
      ...attemptLines({ attempt, usage: byAttempt.get(attempt.number) ?? {} }, output, timeZone),
    ]),
    ...(task.evidence === undefined ? [] : ["", ...evidenceLines(task.evidence, output)]),
    "",
  ].join("\n");
}

const keyOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);

function heldText(held: HeldBy): string {
  switch (held.why) {
    case "dependency":
      return `it needs ${keyOf(held.by)}, which is ${held.status}`;
    case "same-file":
      return `${keyOf(held.by)} goes first, because both may write ${held.path}`;
    case "same-batch":
      return `${keyOf(held.by)} goes first, because both belong to the batch ${held.batch}`;
  }
}

const promptLines = 12;

/** What was asked for; what is as usual is left out. */
function specLines({ spec, dependsOn, priority }: Task, width: number): readonly string[] {
  const { parent, continuesParent, batch, escalate = [], contextFiles, expectedOutputs, acceptance } = spec;
  const { footprint = [], gates = [], timeoutMs, budgetUsd } = spec;
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ["after", dependsOn.map(keyOf)],
    [
      "follows on from",
      parent === undefined ? [] : [continuesParent === true ? `${parent}, in a fork of its conversation` : parent],
    ],
    ["batch", batch === undefined ? [] : [batch]],
    ["models, cheap ones first", escalate],
    ["priority", priority === 5 ? [] : [String(priority)]],
    ["reads first", contextFiles],
    ["makes", expectedOutputs],
    ["changes only", footprint],
    ["gates", gates],
    ["accepted by", acceptance],
    ["an attempt may take", timeoutMs === undefined ? [] : [formatDuration(timeoutMs)]],
    ["may cost", budgetUsd === undefined ? [] : [formatCost(budgetUsd)]],
  ];
  const prompt = plainLines(spec.prompt).flatMap((line) => wrap(line, width - 6));
  const more = prompt.length > promptLines ? [`… ${prompt.length - promptLines} more lines: --json has all`] : [];
  return [
    ...facts.flatMap(([what, values]) => (values.length === 0 ? [] : wrap(`${what}: ${values.join(", ")}`, width))),
    "prompt:",
    ...[...prompt.slice(0, promptLines), ...more].map((line) => `    ${line}`.trimEnd()),
  ];
}

function usageLines(usage: Usage): readonly string[] {
  if (Object.keys(usage).length === 0) return [];
  const { totalTokens, costUsd } = totalUsage(usage);
  return [`used: ${formatTokens(totalTokens)} tokens, ${formatCost(costUsd)} (${Object.keys(usage).join(", ")})`];
}

const claimLines = 6;

type UsedAttempt = { readonly attempt: Attempt; readonly usage: Usage };

function attemptLines(
  { attempt, usage }: UsedAttempt,
  { style, columns }: Output,
  timeZone: string | undefined,
): readonly string[] {
  const { number, status, workerId, startedAt, endedAt, outcome, decision, gates, model, origin } = attempt;
  const page = { style, width: Math.max(40, columns) };
  const by = workerId === undefined ? "" : ` by worker ${workerId}`;
  const took = endedAt === undefined ? "" : `, ${formatDuration(endedAt - startedAt)}`;
  return [
    `${style("bold", `Attempt ${number}`)}: ${status} (${formatDateTime(startedAt, timeZone)}${took})${by}`,
    `    from ${shortCommit(attempt.baseCommit)}${attempt.snapshotCommit === undefined ? "" : ` to ${shortCommit(attempt.snapshotCommit)}`}`,
    ...(model === undefined ? [] : [`    model: ${model}`]),
    ...(origin === undefined ? [] : indented(originText(origin), page.width)),
    ...usageLines(usage).map((line) => `    ${line}`),
    ...(outcome === undefined ? [] : outcomeLines(outcome, page.width)),
    ...gates.flatMap((gate) => gateLines(gate, page)),
    ...(attempt.quality === undefined ? [] : qualityLines(attempt.quality, page)),
    ...(decision === undefined ? [] : decisionLines(decision, page.width)),
  ];
}

function originText({ of: relation, attempt, isForked, reason = "" }: ConversationOrigin): string {
  const whose = `the conversation of ${attempt ?? `its ${relation}`}`;
  return isForked ? `goes on from ${whose}, in a fork` : `could not go on from ${whose} and began anew: ${reason}`;
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
  const { confidence } = decision;
  return [
    ...indented(`decision: ${decision.action}${failure}: ${decision.reasons.join("; ")}`, width),
    ...(confidence === undefined ? [] : indented(`confidence: ${confidenceText(confidence)}`, width)),
  ];
}

const indented = (text: string, width: number): readonly string[] => wrap(text, width - 6).map((line) => `    ${line}`);

function evidenceLines(evidence: Evidence, { style, columns }: Output): readonly string[] {
  const page = { style, width: Math.max(40, columns) };
  const outputs = evidence.expectedOutputs.join(", ");
  return [
    style("bold", "Evidence"),
    `    ${formatDiff(evidence.diff)}, merged as ${shortCommit(evidence.mergedCommit)}`,
    ...(evidence.proof === undefined ? [] : indented(`${evidence.proof.level}: ${evidence.proof.says}`, page.width)),
    ...evidence.gates.flatMap((gate) => gateLines(gate, page)),
    ...(outputs === "" ? [] : indented(`made: ${outputs}`, page.width)),
  ];
}
