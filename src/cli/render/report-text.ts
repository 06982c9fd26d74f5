import type { ModelUsage } from "../../domain/budget/usage.ts";
import { isPassed } from "../../domain/evidence.ts";
import type { GateResult } from "../../domain/model.ts";
import { failuresText } from "../../domain/quality/judge-commands.ts";
import type { JobReport, Review, TaskReport } from "../../domain/job-report.ts";
import { counted, formatCost, formatDiff, formatDuration, formatTokens, shortCommit } from "./quantities.ts";
import { lastLines, nextCommands, reportHeadline, resultLines } from "./report-facts.ts";
import { qualitySummary } from "./quality-text.ts";
import { noStyle, type Style } from "./style.ts";
import { taskSigns } from "./task-symbols.ts";
import { textTable } from "./text-table.ts";
import { cut, oneLine, plainLines, wrap } from "./terminal-text.ts";

export type ReportTextOptions = { readonly columns: number; readonly style?: Style };

const outputTailLines = 8;

/** A report for a terminal: facts first; what a model or an agent says is marked as such. */
export function reportText(report: JobReport, { columns, style = noStyle }: ReportTextOptions): string {
  const page: Page = { style, width: Math.max(40, columns) };
  const sections = [
    [style("bold", `Job ${report.jobId}: ${reportHeadline(report)}`), ...wrap(`Goal: ${report.goal}`, page.width)],
    reviewLines(report, page),
    [style("bold", "Tasks"), ...report.tasks.flatMap((task) => taskLines(task, page))],
    [style("bold", "Usage"), ...usageLines(report)],
    nextLines(report, page),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

type Page = { readonly style: Style; readonly width: number };

function reviewLines(report: JobReport, page: Page): readonly string[] {
  const { review, reviewProblem } = report;
  if (review === undefined) return wrap(`Not reviewed: ${reviewProblem ?? "no reason was given"}`, page.width);
  return [
    page.style("bold", `Review (a model's opinion): the goal is ${verdictTexts[review.verdict]}`),
    ...indented([review.summary], page, "  "),
    ...bullets("Findings", review.findings, page),
    ...bullets("Suggested next steps", review.nextSteps, page),
  ];
}

const verdictTexts: Readonly<Record<Review["verdict"], string>> = {
  reached: "reached",
  partly: "partly reached",
  missed: "missed",
};

const bullets = (title: string, items: readonly string[], page: Page): readonly string[] =>
  items.length === 0 ? [] : [`  ${title}:`, ...items.flatMap((item) => hanging(item, page))];

function hanging(item: string, { width }: Page): readonly string[] {
  return wrap(item, width - 6).map((line, index) => `${index === 0 ? "  - " : "    "}${line}`);
}

const indented = (texts: readonly string[], { width }: Page, before: string): readonly string[] =>
  texts.flatMap((text) => wrap(text, width - before.length).map((line) => before + line));

function taskLines(task: TaskReport, page: Page): readonly string[] {
  const { style } = page;
  const { symbol, colour } = taskSigns[task.status];
  const facts = [
    statusOf(task),
    ...(task.attempts === 0 ? [] : [counted(task.attempts, "attempt")]),
    ...(task.replayOf === undefined ? [] : ["cached"]),
    ...(task.durationMs === undefined ? [] : [formatDuration(task.durationMs)]),
    ...(task.diff === undefined ? [] : [formatDiff(task.diff)]),
    ...(task.mergedCommit === undefined ? [] : [`merged as ${shortCommit(task.mergedCommit)}`]),
  ];
  const head = [
    `${style(colour, symbol)} ${style("bold", task.key)}  ${cut(oneLine(task.title), page.width - task.key.length - 4)}`,
  ];
  return [...head, ...indented([facts.join(" · ")], page, "    "), ...taskDetails(task, page)];
}

/** What nothing has judged is not called completed and no more. */
export const statusOf = ({ status, proof }: TaskReport): string =>
  status === "completed" && proof !== undefined ? `${status}, ${proof.level}` : status;

function taskDetails(task: TaskReport, page: Page): readonly string[] {
  const isDone = task.status === "completed";
  const why = isDone || task.reason === undefined ? [] : [`why: ${task.reason}`];
  const outputs = isDone && task.expectedOutputs.length > 0 ? [`made: ${task.expectedOutputs.join(", ")}`] : [];
  const claim =
    task.claim === undefined || oneLine(task.claim) === "" ? [] : [`the agent says: ${firstLine(task.claim)}`];
  return [
    ...indented(why, page, "    "),
    ...task.gates.flatMap((gate) => gateLines(gate, page)),
    ...(task.quality === undefined ? [] : indented([qualitySummary(task.quality)], page, "    ")),
    ...(task.proof === undefined ? [] : indented([`${task.proof.level}: ${task.proof.says}`], page, "    ")),
    ...indented(outputs, page, "    "),
    ...claim.map((line) => `    ${page.style("dim", cut(line, page.width - 4))}`),
  ];
}

const firstLine = (text: string): string => plainLines(text).find((line) => line.trim() !== "") ?? "";

/** Also for `tutti task show`. A gate that passed is one line; one that failed shows the end of its output. */
export function gateLines(gate: GateResult, { style, width }: Page): readonly string[] {
  const sign = gate.isOk ? style("green", "passed") : style(isPassed(gate) ? "yellow" : "red", gateFailure(gate));
  const where = gate.on === "merged" ? ", merged tree" : "";
  const head = `    gate ${gate.name} ${sign} (${formatDuration(gate.durationMs)}${where})`;
  if (gate.isOk) return [head];
  const tail = lastLines(plainLines(gate.outputTail), outputTailLines);
  const known = failuresText(gate);
  return [
    head,
    ...(known === undefined ? [] : wrap(known, width - 6).map((line) => `      ${line}`)),
    `      $ ${cut(oneLine(gate.command), width - 8)}`,
    ...tail.map((line) => `      | ${cut(line, width - 8)}`),
  ];
}

export const gateFailure = (gate: GateResult): string =>
  `failed (${gate.exitCode === null ? "killed" : `exit ${gate.exitCode}`})${isPassed(gate) ? ", as it does without the change" : ""}`;

function usageLines({ usage, total }: JobReport): readonly string[] {
  const models = Object.entries(usage);
  if (models.length === 0) return ["No model was used."];
  const rows = models.map(([model, used]) => usageRow(oneLine(model), used));
  const sum = models.length === 1 ? [] : [usageRow("total", total)];
  const columns = ["model", "input", "output", "cache read", "cache write", "cost"].map((title, index) =>
    index === 0 ? { title } : { title, align: "right" as const },
  );
  return textTable(columns, [...rows, ...sum])
    .trimEnd()
    .split("\n");
}

/** The cells of a model's row: name, input, output, cache read, cache write, cost. */
export const usageRow = (name: string, used: ModelUsage): readonly string[] => [
  name,
  formatTokens(used.inputTokens),
  formatTokens(used.outputTokens),
  formatTokens(used.cacheReadTokens),
  formatTokens(used.cacheWriteTokens),
  formatCost(used.costUsd),
];

function nextLines(report: JobReport, { style }: Page): readonly string[] {
  const commands = nextCommands(report);
  const width = Math.max(0, ...commands.map(({ what }) => what.length));
  return [
    ...resultLines(report, style("bold", report.branch)),
    ...commands.map(({ what, command }) => `  ${what.padEnd(width)}  ${style("cyan", command)}`),
  ];
}
