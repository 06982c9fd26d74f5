import type { GateResult } from "../../domain/model.ts";
import type { JobReport, TaskReport } from "../../domain/job-report.ts";
import { counted, formatDiff, formatDuration, shortCommit } from "./quantities.ts";
import { lastLines, nextCommands, reportHeadline } from "./report-facts.ts";
import { qualitySummary } from "./quality-text.ts";
import { gateFailure, statusOf, usageRow } from "./report-text.ts";
import { oneLine, plainLines } from "./terminal-text.ts";

const outputTailLines = 20;

/** The same report as a Markdown document. */
export function reportMarkdown(report: JobReport): string {
  const blocks = [
    `# Job ${report.jobId}`,
    `${reportHeadline(report)}. The result is ${placeOf(report)}, made from \`${shortCommit(report.baseCommit)}\`.`,
    quoted(report.goal),
    ...reviewBlocks(report),
    "## Tasks",
    ...report.tasks.flatMap(taskBlocks),
    "## Usage",
    usageBlock(report),
    ...nextBlocks(report),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function placeOf({ branch, tipCommit, isBranchElsewhere }: JobReport): string {
  const commit = `\`${shortCommit(tipCommit)}\``;
  return isBranchElsewhere === true
    ? `commit ${commit}, while branch \`${branch}\` stands elsewhere`
    : `on branch \`${branch}\` (${commit})`;
}

/** Text of others: as a quotation, so that nothing in it becomes a heading or a table of ours. */
const quoted = (text: string): string =>
  plainLines(text)
    .map((line) => `> ${escaped(line)}`.trimEnd())
    .join("\n");

/** Characters that Markdown and HTML give a meaning. */
const escaped = (text: string): string => text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`);

const bulleted = (items: readonly string[]): string => items.map((item) => `- ${escaped(oneLine(item))}`).join("\n");

function reviewBlocks({ review, reviewProblem }: JobReport): readonly string[] {
  if (review === undefined)
    return ["## Review", `Not reviewed: ${escaped(oneLine(reviewProblem ?? "no reason was given"))}`];
  return [
    "## Review",
    `A model's opinion: **${review.verdict}**.`,
    quoted(review.summary),
    ...(review.findings.length === 0 ? [] : ["### Findings", bulleted(review.findings)]),
    ...(review.nextSteps.length === 0 ? [] : ["### Suggested next steps", bulleted(review.nextSteps)]),
  ];
}

function taskBlocks(task: TaskReport): readonly string[] {
  const facts = [
    `status: **${statusOf(task)}**, ${counted(task.attempts, "attempt")}`,
    ...(task.replayOf === undefined ? [] : [`no agent was asked: the cached result of \`${task.replayOf}\``]),
    ...(task.durationMs === undefined ? [] : [`time: ${formatDuration(task.durationMs)}`]),
    ...(task.diff === undefined ? [] : [`changes: ${formatDiff(task.diff)}`]),
    ...(task.mergedCommit === undefined ? [] : [`merged as \`${shortCommit(task.mergedCommit)}\``]),
    ...(task.expectedOutputs.length === 0
      ? []
      : [`files it had to make: ${task.expectedOutputs.map(code).join(", ")}`]),
    ...(task.status === "completed" || task.reason === undefined ? [] : [`why: ${escaped(oneLine(task.reason))}`]),
    ...task.gates.map(gateFact),
    ...(task.proof === undefined ? [] : [escaped(`${task.proof.level}: ${task.proof.says}`)]),
    ...(task.quality === undefined ? [] : [escaped(qualitySummary(task.quality))]),
  ];
  const failed = task.gates.filter(({ isOk }) => !isOk).map(outputBlock);
  const claim = task.claim === undefined || task.claim.trim() === "" ? [] : ["The agent says:", quoted(task.claim)];
  const title = `### ${escaped(task.key)}: ${escaped(oneLine(task.title))}`;
  return [title, facts.map((fact) => `- ${fact}`).join("\n"), ...failed, ...claim];
}

const code = (text: string): string => `\`${oneLine(text).replaceAll("`", "'")}\``;

function gateFact(gate: GateResult): string {
  const where = gate.on === "merged" ? " on the merged tree" : "";
  return `gate ${code(gate.name)}${where}: ${gate.isOk ? "passed" : gateFailure(gate)}`;
}

/** The fence is longer than any run of backticks in what it holds. */
function outputBlock({ command, outputTail }: GateResult): string {
  const lines = [`$ ${oneLine(command)}`, ...lastLines(plainLines(outputTail), outputTailLines)];
  const longest = Math.max(0, ...(lines.join("\n").match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return [fence, ...lines, fence].join("\n");
}

function usageBlock({ usage, total }: JobReport): string {
  const models = Object.entries(usage);
  if (models.length === 0) return "No model was used.";
  const rows = models.map(([model, used]) => usageRow(escaped(oneLine(model)), used));
  const cells = [
    ["model", "input", "output", "cache read", "cache write", "cost"],
    ["---", "---:", "---:", "---:", "---:", "---:"],
    ...rows,
    ...(models.length === 1 ? [] : [usageRow("total", total)]),
  ];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function nextBlocks(report: JobReport): readonly string[] {
  const commands = nextCommands(report);
  if (commands.length === 0) return [];
  return ["## Next", commands.map(({ what, command }) => `- ${what}: \`${command}\``).join("\n")];
}
