import type { WorkflowForecast, WorkflowWalk } from "../../domain/workflow/forecast.ts";
import { workflowGraph } from "../../domain/workflow/graph.ts";
import { counted } from "./quantities.ts";
import { costRange, durationRange } from "./range-text.ts";
import type { Style } from "./style.ts";
import { oneLine, wrap } from "./terminal-text.ts";
import { workflowTree } from "./workflow-tree.ts";

export type DryRun = { readonly name: string; readonly walk: WorkflowWalk; readonly forecast: WorkflowForecast };

type Page = { readonly columns: number; readonly style: Style };

/** What a workflow would do and take, with what that was concluded from. */
export function dryRunText({ name, walk, forecast }: DryRun, { columns, style }: Page): string {
  const titles = new Map(walk.agents.map(({ node, title }) => [node, title]));
  // It has no tasks yet: the calls themselves are named.
  const notes = walk.notes.map((note) => (titles.has(note.node) ? { ...note, taskId: note.node } : note));
  const ending = walk.stoppedBy === undefined ? "completed" : "failed";
  const tree = workflowTree(workflowGraph(notes, ending), { columns, style, taskText: (id) => titles.get(id) });
  const stopped =
    walk.stoppedBy === undefined
      ? []
      : wrap(`! It could not be walked to its end: ${oneLine(walk.stoppedBy)}`, columns);
  return [
    style("bold", `Dry run of ${name}: nothing was started`),
    "",
    ...(tree.length === 0 ? ["It calls nothing."] : tree),
    ...stopped.map((line) => style("yellow", line)),
    "",
    ...forecastLines(forecast),
    ...assumptionLines(walk.assumptions, columns, style),
    "",
  ].join("\n");
}

export function forecastLines(forecast: WorkflowForecast): readonly string[] {
  const { agents, workers, costUsd, unpricedTasks, makespanMs, workMs, criticalPathMs, profiles } = forecast;
  if (agents === 0) return ["It asks no agent."];
  const unpriced = unpricedTasks === 0 || costUsd === null ? "" : ` and ${counted(unpricedTasks, "unpriced call")}`;
  const half = durationRange(makespanMs);
  return [
    `${counted(agents, "call")} of agents; p50–p90, without retries:`,
    `  cost  ${costRange(costUsd)}${unpriced}`,
    `  time  ${half} with ${counted(workers, "worker")} (longest chain ${durationRange(criticalPathMs)}, one after another ${durationRange(workMs)})`,
    ...profiles.map(
      ({ profile, agents: calls, basis, samples }) =>
        `  ${oneLine(profile)} ×${calls}: ${basis === "history" ? `from ${counted(samples, "earlier task")}` : "a prior, nothing was measured"}`,
    ),
  ];
}

const shownAssumptions = 12;

function assumptionLines(assumptions: readonly string[], columns: number, style: Style): readonly string[] {
  if (assumptions.length === 0) return [];
  const shown = assumptions.slice(0, shownAssumptions).map((assumption) => oneLine(assumption));
  const left = assumptions.length - shown.length;
  const more = left === 0 ? [] : [`and ${left} more`];
  const lines = [...shown, ...more].flatMap((line) => wrap(line, Math.max(20, columns - 2)).map((part) => `  ${part}`));
  return ["", "Made up:", ...lines].map((line) => (line === "" ? line : style("dim", line)));
}
