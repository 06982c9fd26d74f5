import { confidenceText } from "./confidence-text.ts";
import type { Breakpoint, BreakpointContext } from "../../domain/breakpoint/breakpoint.ts";
import { optionMeanings } from "../../domain/breakpoint/check-answer.ts";
import type { Output } from "../output.ts";
import { formatCost, formatDateTime, formatDiff } from "./quantities.ts";
import { oneLine, plainLines, wrap } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

type Page = Pick<Output, "columns" | "style">;

export const aboutOf = ({ taskId, jobId }: Breakpoint): string => taskId ?? jobId;

export function breakpointListText(breakpoints: readonly Breakpoint[]): string {
  if (breakpoints.length === 0) return "Nothing waits for you.\n";
  const rows = breakpoints.map((breakpoint) => [
    breakpoint.id,
    breakpoint.kind,
    breakpoint.status,
    formatDateTime(breakpoint.openedAt),
    aboutOf(breakpoint),
    oneLine(breakpoint.question),
  ]);
  const columns = ["id", "kind", "status", "since", "about", "question"].map((title) => ({ title }));
  return `${textTable(columns, rows)}\nLook: tutti breakpoint show <id>\nAnswer: tutti breakpoint resolve <id> <answer>\n`;
}

export function breakpointText(breakpoint: Breakpoint, { columns, style }: Page): string {
  const { id, kind, rule, context, status, answer, closedBy, openedAt, timeoutAt } = breakpoint;
  const facts: readonly (readonly [string, string])[] = [
    ["about", aboutOf(breakpoint)],
    ["kind", rule === undefined ? kind : `${kind}, by the rule ${rule}`],
    ["since", formatDateTime(openedAt)],
    ...(timeoutAt === undefined ? [] : [["until", `${formatDateTime(timeoutAt)}, then the answer is no`] as const]),
    ...contextFacts(context),
    ...(status === "open" ? [] : [["status", settledText({ status, answer, closedBy })] as const]),
  ];
  const said = context.said === undefined ? [] : ["", "The agent's words:", ...indented(context.said)];
  const input = context.input === undefined ? [] : ["", "With:", ...indented(JSON.stringify(context.input, null, 2))];
  const lines = [
    style("bold", `${id}  ${oneLine(breakpoint.question)}`),
    "",
    ...facts.map(([name, value]) => `${name.padEnd(12)}${oneLine(value)}`),
    ...context.reasons.flatMap((reason) => wrap(`- ${reason}`, columns)),
    ...input,
    ...said,
    ...(status === "open" ? ["", "Answers:", ...answerLines(breakpoint)] : []),
  ];
  return `${lines.join("\n")}\n`;
}

const indented = (text: string): readonly string[] => plainLines(text).map((line) => `  ${line}`);

export function contextFacts(context: BreakpointContext): readonly (readonly [string, string])[] {
  const {
    diff,
    paths = [],
    confidence,
    isCalibrated = false,
    costUsd,
    limitUsd,
    gates = [],
    tool,
    folder,
    supervisor,
  } = context;
  return [
    ...(tool === undefined ? [] : [["tool", tool] as const]),
    ...(diff === undefined ? [] : [["change", formatDiff(diff)] as const]),
    ...(folder === undefined ? [] : [["folder", folder] as const]),
    ...(paths.length === 0 ? [] : [["files", paths.join(", ")] as const]),
    ...(gates.length === 0 ? [] : [["gates", gates.map(gateText).join(", ")] as const]),
    ...(confidence === undefined ? [] : [["confidence", confidenceText({ score: confidence, isCalibrated })] as const]),
    ...(costUsd === undefined ? [] : [["cost", formatCost(costUsd)] as const]),
    ...(limitUsd === undefined ? [] : [["limit", formatCost(limitUsd)] as const]),
    ...(supervisor === undefined ? [] : [["supervisor", supervisor] as const]),
  ];
}

const gateText = ({ name, isOk }: { readonly name: string; readonly isOk: boolean }): string =>
  `${name} ${isOk ? "passed" : "did not pass"}`;

const settledText = ({ status, answer, closedBy }: Pick<Breakpoint, "status" | "answer" | "closedBy">): string => {
  const note = answer?.note === undefined ? "" : `: ${answer.note}`;
  return `${status}, ${answer?.answer ?? "no answer"} (${closedBy ?? "nobody"})${note}`;
};

function answerLines(breakpoint: Breakpoint): readonly string[] {
  const options = optionMeanings(breakpoint);
  const width = Math.max(...options.map(({ answer }) => answer.length));
  return options.map(({ answer, means }) => `  ${answer.padEnd(width)}  ${means}`);
}
