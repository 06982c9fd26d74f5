import type { NodeStatus } from "../../domain/workflow/node-note.ts";
import type { WorkflowBranch, WorkflowGraph, WorkflowNode } from "../../domain/workflow/graph.ts";
import { formatCost, formatDuration } from "./quantities.ts";
import type { Colour, Style } from "./style.ts";
import { spinnerAt } from "./task-symbols.ts";
import { cut, displayWidth, oneLine } from "./terminal-text.ts";

export type WorkflowTreeOptions = {
  readonly columns: number;
  readonly style: Style;
  /** Milliseconds since the Unix epoch. Absent: nothing moves, and what runs has no clock. */
  readonly now?: number;
  /** What is known of an agent's task besides; shown after its name. */
  readonly taskText?: (taskId: string) => string | undefined;
};

const signs: Readonly<Record<NodeStatus, { readonly symbol: string; readonly colour: Colour }>> = {
  running: { symbol: "●", colour: "cyan" },
  waiting: { symbol: "?", colour: "yellow" },
  completed: { symbol: "✓", colour: "green" },
  failed: { symbol: "✗", colour: "red" },
  cancelled: { symbol: "–", colour: "dim" },
};

/** A line for each call, below what it is a part of. */
export function workflowTree({ nodes }: WorkflowGraph, options: WorkflowTreeOptions): readonly string[] {
  return nodes.flatMap((node) => nodeLines(node, "", options));
}

function nodeLines(node: WorkflowNode, indent: string, options: WorkflowTreeOptions): readonly string[] {
  const own = nodeLine(node, indent, options);
  const isNamed = node.branches.length > 1 || node.branches.some(({ name }) => name !== undefined);
  if (!isNamed) return [own, ...node.branches.flatMap((branch) => branchLines(branch, `${indent}  `, options))];
  const below = node.branches.flatMap((branch) => [
    `${indent}  ${options.style("dim", cut(oneLine(branchTitle(branch)), options.columns - indent.length - 2))}`,
    ...branchLines(branch, `${indent}    `, options),
  ]);
  return [own, ...below];
}

const branchLines = ({ nodes }: WorkflowBranch, indent: string, options: WorkflowTreeOptions): readonly string[] =>
  nodes.flatMap((node) => nodeLines(node, indent, options));

const branchTitle = ({ name, index, nodes }: WorkflowBranch): string =>
  `${name ?? `branch ${index + 1}`}${nodes.length === 0 ? " (not begun)" : ""}`;

function nodeLine(node: WorkflowNode, indent: string, { columns, style, now, taskText }: WorkflowTreeOptions): string {
  const { symbol, colour } = signs[node.status];
  const sign = node.status === "running" && now !== undefined ? spinnerAt(now) : symbol;
  const task = node.taskId === undefined ? undefined : taskText?.(node.taskId);
  const detail = node.error === undefined ? task : node.error.message;
  const width = columns - indent.length - 2;
  const label = cut(nodeLabel(node), width);
  const left = width - displayWidth(label);
  const facts = spaced(factsOf(node, now), left);
  const shown = cut(oneLine(detail ?? ""), Math.max(0, left - displayWidth(facts) - 2));
  return `${indent}${style(colour, sign)} ${label}${spaced(shown === "" ? "" : style("dim", shown), Infinity)}${facts}`;
}

/** Nothing where there is no room for it. */
const spaced = (text: string, room: number): string =>
  text === "" || displayWidth(text) + 2 > room ? "" : `  ${text}`;

function factsOf({ kind, startedAt, endedAt, status, costUsd }: WorkflowNode, now: number | undefined): string {
  const until = endedAt ?? (status === "running" || status === "waiting" ? now : undefined);
  const isTimed = startedAt !== undefined && until !== undefined && (kind === "agent" || kind === "command");
  const duration = isTimed ? [formatDuration(until - startedAt)] : [];
  return [...duration, ...(costUsd === undefined ? [] : [formatCost(costUsd)])].join("  ");
}

/** What a person calls this call, in one line. */
export function nodeLabel({ kind, name, pattern }: WorkflowNode): string {
  const own = oneLine(name);
  switch (kind) {
    case "agent":
      return own;
    case "command":
      return `$ ${own}`;
    case "approve":
      return `ask: ${own}`;
    case "receive":
      return `wait for ${own}`;
    case "sleep":
      return sleepLabel(own);
    case "step":
      return `step ${own}`;
    case "call":
      return `workflow ${own}`;
    case "all":
    case "pipeline":
    case "race":
    case "group":
      return groupLabel(kind, own, pattern);
  }
}

function groupLabel(kind: string, name: string, pattern: string | undefined): string {
  const what = pattern ?? (kind === "group" ? undefined : kind);
  return what === undefined || what === name ? name : `${name} (${what})`;
}

function sleepLabel(name: string): string {
  const [, durationMs] = /^(\d+) ms$/.exec(name) ?? [];
  return durationMs === undefined ? `sleep ${name}` : `sleep ${formatDuration(Number(durationMs))}`;
}
